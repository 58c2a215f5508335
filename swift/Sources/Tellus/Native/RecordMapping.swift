internal import TellusBindings

extension Page<ChargingRecord> {
    init(_ native: TellusBindings.ChargingRecordPage) {
        self.init(items: native.items.map(ChargingRecord.init), total: native.total.map(Int.init(clamping:)))
    }
}

extension ChargingRecord {
    init(_ native: TellusBindings.ChargingRecord) {
        self.init(
            recordId: native.recordId,
            deviceId: native.deviceId,
            connectorId: Int(native.connectorId),
            startTime: native.startTime,
            endTime: native.endTime,
            energy: native.energy,
            maxPower: native.maxPower,
            avgPower: native.avgPower,
            cost: native.cost,
            meterStart: native.meterStart,
            meterEnd: native.meterEnd)
    }
}

extension Granularity {
    var native: TellusBindings.Granularity {
        switch self {
        case .hour: .hour
        case .day: .day
        case .month: .month
        }
    }
}

extension EnergySeries {
    init(_ native: TellusBindings.EnergySeries) {
        self.init(
            granularity: native.granularity,
            startTime: native.startTime,
            endTime: native.endTime,
            series: native.series.map(EnergyPoint.init),
            total: native.total.map(EnergyTotal.init))
    }
}

extension EnergyPoint {
    init(_ native: TellusBindings.EnergyPoint) {
        self.init(
            time: native.time,
            chargeEnergy: native.chargeEnergy,
            dischargeEnergy: native.dischargeEnergy,
            maxPower: native.maxPower,
            avgPower: native.avgPower)
    }
}

extension EnergyTotal {
    init(_ native: TellusBindings.EnergyTotal) {
        self.init(
            chargeEnergy: native.chargeEnergy, dischargeEnergy: native.dischargeEnergy, maxPower: native.maxPower)
    }
}

extension QuotaClass {
    var native: TellusBindings.QuotaClass {
        switch self {
        case .query: .query
        case .control: .control
        case .token: .token
        }
    }
}

extension ClientStats {
    init(_ native: TellusBindings.ClientStats) {
        self.init(
            requests: native.requests,
            retries: native.retries,
            rateLimited: native.rateLimited,
            failures: native.failures,
            tokenRefreshes: native.tokenRefreshes)
    }
}
