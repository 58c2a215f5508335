import Foundation

/// One charging (or discharging) session. The platform also tells a vehicle's VIN in clear; the SDK leaves it out, since
/// it identifies a person's car.
public struct ChargingRecord: Sendable, Hashable, Identifiable {
    /// The platform's identifier; opaque.
    public let recordId: String
    /// The charger.
    public let deviceId: String
    /// Number of the connector, from 1.
    public let connectorId: Int
    /// When the session began.
    public let startTime: Date
    /// When it ended; `nil` while it runs.
    public let endTime: Date?
    /// Energy in kWh.
    public let energy: Double
    /// Peak power in kW.
    public let maxPower: Double?
    /// Mean power in kW.
    public let avgPower: Double?
    /// Cost; negative is revenue from V2G. The platform does not specify the currency.
    public let cost: Double?
    /// Meter at the start in kWh.
    public let meterStart: Double?
    /// Meter at the end in kWh.
    public let meterEnd: Double?

    /// The same as ``recordId``.
    public var id: String { recordId }

    /// A record from its parts, for previews and tests.
    public init(
        recordId: String,
        deviceId: String,
        connectorId: Int,
        startTime: Date,
        endTime: Date? = nil,
        energy: Double,
        maxPower: Double? = nil,
        avgPower: Double? = nil,
        cost: Double? = nil,
        meterStart: Double? = nil,
        meterEnd: Double? = nil
    ) {
        self.recordId = recordId
        self.deviceId = deviceId
        self.connectorId = connectorId
        self.startTime = startTime
        self.endTime = endTime
        self.energy = energy
        self.maxPower = maxPower
        self.avgPower = avgPower
        self.cost = cost
        self.meterStart = meterStart
        self.meterEnd = meterEnd
    }
}
