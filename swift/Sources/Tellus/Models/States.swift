/// What a connector is doing. The platform's schema names five states; others are in use, e.g. `preparing`, and arrive
/// as ``other(_:)``.
public enum ConnectorState: Sendable, Hashable, CustomStringConvertible {
    /// Nothing is plugged in, or nothing flows.
    case idle
    /// Energy flows into the vehicle.
    case charging
    /// Energy flows out of the vehicle (V2G): power is negative.
    case discharging
    /// Out of order.
    case fault
    /// Not to be used at present.
    case unavailable
    /// A text that the schema does not name, as the platform sent it.
    case other(String)

    private static let named: [ConnectorState] = [.idle, .charging, .discharging, .fault, .unavailable]

    /// The state that the platform calls so.
    init(text: String) {
        self = Self.named.first { $0.text == text } ?? .other(text)
    }

    /// The platform's text.
    public var text: String {
        switch self {
        case .idle: "idle"
        case .charging: "charging"
        case .discharging: "discharging"
        case .fault: "fault"
        case .unavailable: "unavailable"
        case .other(let text): text
        }
    }

    /// The same as ``text``.
    public var description: String { text }
}

/// Whether the platform hears from a charger. Other texts are in use, e.g. `fault`, and arrive as ``other(_:)``.
public enum DeviceStatus: Sendable, Hashable, CustomStringConvertible {
    /// Heartbeats arrive.
    case online
    /// Heartbeats have stopped.
    case offline
    /// A text that the schema does not name, as the platform sent it.
    case other(String)

    /// The platform's text.
    public var text: String {
        switch self {
        case .online: "online"
        case .offline: "offline"
        case .other(let text): text
        }
    }

    /// The same as ``text``.
    public var description: String { text }
}
