import Foundation

/// The width of the spans over which energy is summed.
public enum Granularity: Sendable, Hashable, CaseIterable {
    /// An hour.
    case hour
    /// A day; in which time zone is not specified by the platform.
    case day
    /// A month.
    case month
}

/// Energy over time.
public struct EnergySeries: Sendable, Hashable {
    /// The width of the spans, as the platform names it.
    public let granularity: String?
    /// The beginning of the whole.
    public let startTime: Date?
    /// The end of the whole.
    public let endTime: Date?
    /// The spans. Whether empty ones are sent is not specified by the platform.
    public let series: [EnergyPoint]
    /// The sums over the whole.
    public let total: EnergyTotal?

    /// A series from its parts, for previews and tests.
    public init(
        granularity: String? = nil,
        startTime: Date? = nil,
        endTime: Date? = nil,
        series: [EnergyPoint],
        total: EnergyTotal? = nil
    ) {
        self.granularity = granularity
        self.startTime = startTime
        self.endTime = endTime
        self.series = series
        self.total = total
    }
}

/// The energy of one span.
public struct EnergyPoint: Sendable, Hashable {
    /// The platform's label, e.g. `2025-03-15` or `2025-03`: a text, since its zone is not specified.
    public let time: String?
    /// Energy into vehicles in kWh.
    public let chargeEnergy: Double?
    /// Energy out of vehicles (V2G) in kWh; positive.
    public let dischargeEnergy: Double?
    /// Peak power in kW.
    public let maxPower: Double?
    /// Mean power in kW.
    public let avgPower: Double?

    /// A span from its parts, for previews and tests.
    public init(
        time: String?,
        chargeEnergy: Double? = nil,
        dischargeEnergy: Double? = nil,
        maxPower: Double? = nil,
        avgPower: Double? = nil
    ) {
        self.time = time
        self.chargeEnergy = chargeEnergy
        self.dischargeEnergy = dischargeEnergy
        self.maxPower = maxPower
        self.avgPower = avgPower
    }
}

/// The energy of all spans together.
public struct EnergyTotal: Sendable, Hashable {
    /// Energy into vehicles in kWh.
    public let chargeEnergy: Double?
    /// Energy out of vehicles (V2G) in kWh; positive.
    public let dischargeEnergy: Double?
    /// Peak power in kW.
    public let maxPower: Double?

    /// Sums from their parts, for previews and tests.
    public init(chargeEnergy: Double? = nil, dischargeEnergy: Double? = nil, maxPower: Double? = nil) {
        self.chargeEnergy = chargeEnergy
        self.dischargeEnergy = dischargeEnergy
        self.maxPower = maxPower
    }
}
