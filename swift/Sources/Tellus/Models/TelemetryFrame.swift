import Foundation

/// What a charger reported at one moment.
public struct TelemetryFrame: Sendable, Hashable {
    /// Which charger.
    public let deviceId: String
    /// When it was measured, by the charger's clock.
    public let timestamp: Date
    /// When it arrived here, by this machine's clock.
    public let receivedAt: Date
    /// Where it comes from.
    public let source: FrameSource
    /// Readings of its connectors; may be none, and then only says that the charger lives.
    public let connectors: [ConnectorReading]

    /// A frame from its parts, for previews and tests.
    public init(
        deviceId: String,
        timestamp: Date,
        receivedAt: Date,
        source: FrameSource = .stream,
        connectors: [ConnectorReading]
    ) {
        self.deviceId = deviceId
        self.timestamp = timestamp
        self.receivedAt = receivedAt
        self.source = source
        self.connectors = connectors
    }
}

/// Where a frame comes from.
public enum FrameSource: Sendable, Hashable {
    /// The platform sent it on the stream.
    case stream
    /// The SDK asked for the device's state by a call after a gap.
    case call
}

/// What a charger reported about one connector.
public struct ConnectorReading: Sendable, Hashable {
    /// Number of the connector, from 1.
    public let connectorId: Int?
    /// What it is doing. In a ``Device`` the same thing is ``Connector/status``.
    public let state: ConnectorState?
    /// Power in kW, negative while discharging.
    public let power: Double?
    /// Energy of the present session in kWh.
    public let energyDelivered: Double?
    /// The vehicle's state of charge in %.
    public let soc: Double?

    /// A reading from its parts, for previews and tests.
    public init(
        connectorId: Int?,
        state: ConnectorState?,
        power: Double? = nil,
        energyDelivered: Double? = nil,
        soc: Double? = nil
    ) {
        self.connectorId = connectorId
        self.state = state
        self.power = power
        self.energyDelivered = energyDelivered
        self.soc = soc
    }
}
