import Foundation

/// A charger with its connectors, as it was at one moment.
public struct Device: Sendable, Hashable, Identifiable {
    /// The platform's identifier; opaque.
    public let deviceId: String
    /// The manufacturer's serial number.
    public let sn: String?
    /// The model, e.g. `TP-DC180`.
    public let model: String?
    /// Who made it.
    public let manufacturer: String?
    /// The firmware's version. Two schemes are in use (`3.1.0` and `260420.0107`) that cannot be compared.
    public let firmwareVersion: String?
    /// Whether the platform hears from it.
    public let status: DeviceStatus?
    /// Its connectors.
    public let connectors: [Connector]
    /// When the platform last heard from it.
    public let lastHeartbeat: Date?
    /// The site it stands at.
    public let siteId: String?

    /// The same as ``deviceId``.
    public var id: String { deviceId }

    /// A charger from its parts, for previews and tests.
    public init(
        deviceId: String,
        sn: String? = nil,
        model: String? = nil,
        manufacturer: String? = nil,
        firmwareVersion: String? = nil,
        status: DeviceStatus? = nil,
        connectors: [Connector] = [],
        lastHeartbeat: Date? = nil,
        siteId: String? = nil
    ) {
        self.deviceId = deviceId
        self.sn = sn
        self.model = model
        self.manufacturer = manufacturer
        self.firmwareVersion = firmwareVersion
        self.status = status
        self.connectors = connectors
        self.lastHeartbeat = lastHeartbeat
        self.siteId = siteId
    }
}

/// A connector of a charger, as it was at one moment.
public struct Connector: Sendable, Hashable, Identifiable {
    /// Number of the connector, from 1, unique within its charger.
    public let connectorId: Int
    /// What it is doing. In telemetry the same thing is ``ConnectorReading/state``.
    public let status: ConnectorState
    /// Power in kW, negative while discharging.
    public let power: Double?
    /// Voltage in V.
    public let voltage: Double?
    /// Current in A.
    public let current: Double?
    /// Energy of the present session in kWh; 0 without a session.
    public let energyDelivered: Double?
    /// The vehicle's state of charge in %.
    public let soc: Double?
    /// Temperature in °C.
    public let temperature: Double?
    /// When the charger last reported this connector.
    public let lastTelemetryTime: Date?

    /// The same as ``connectorId``.
    public var id: Int { connectorId }

    /// A connector from its parts, for previews and tests.
    public init(
        connectorId: Int,
        status: ConnectorState,
        power: Double? = nil,
        voltage: Double? = nil,
        current: Double? = nil,
        energyDelivered: Double? = nil,
        soc: Double? = nil,
        temperature: Double? = nil,
        lastTelemetryTime: Date? = nil
    ) {
        self.connectorId = connectorId
        self.status = status
        self.power = power
        self.voltage = voltage
        self.current = current
        self.energyDelivered = energyDelivered
        self.soc = soc
        self.temperature = temperature
        self.lastTelemetryTime = lastTelemetryTime
    }
}
