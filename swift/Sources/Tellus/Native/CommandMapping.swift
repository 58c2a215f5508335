internal import TellusBindings

extension CommandState {
    init(_ native: TellusBindings.CommandState) {
        switch native {
        case .queued: self = .queued
        case .accepted: self = .accepted
        case .completed: self = .completed
        case .failed: self = .failed
        case .rejected: self = .rejected
        case .other(let text): self = .other(text)
        }
    }
}

extension CommandReceipt {
    init(_ native: TellusBindings.CommandReceipt) {
        self.init(commandId: native.commandId, status: CommandState(native.status))
    }
}

extension CommandStatus {
    init(_ native: TellusBindings.CommandStatus) {
        self.init(
            commandId: native.commandId,
            status: CommandState(native.status),
            createdAt: native.createdAt,
            updatedAt: native.updatedAt,
            result: native.result)
    }
}

extension FlexibilityReceipt {
    init(_ native: TellusBindings.FlexibilityReceipt) {
        self.init(controlId: native.controlId, status: native.status)
    }
}

extension FlexibilityTarget {
    var native: TellusBindings.FlexibilityTarget {
        switch self {
        case .sites(let ids): .sites(ids)
        case .operators(let ids): .operators(ids)
        case .all: .all
        }
    }
}

extension FlexibilityCommand {
    func native() throws(TellusError) -> TellusBindings.FlexibilityCommand {
        switch self {
        case .setPowerLimit(let share): .setPowerLimit(try percent("power_limit_percent", share))
        case .pauseCharging: .pauseCharging
        }
    }
}

extension Schedule {
    func native() throws(TellusError) -> TellusBindings.Schedule {
        var slots: [TellusBindings.TimeSlot] = []
        for (index, slot) in timeSlots.enumerated() { slots.append(try slot.native("time_slots[\(index)]")) }
        return TellusBindings.Schedule(
            scheduleId: scheduleId,
            enabled: enabled,
            kind: kind.native,
            timeSlots: slots,
            targetSoc: try optionalPercent("target_soc", targetSoc),
            effectiveFrom: try optionalMoment("effective_from", effectiveFrom),
            effectiveUntil: try optionalMoment("effective_until", effectiveUntil),
            timezone: timezone)
    }
}

extension Schedule.Kind {
    fileprivate var native: TellusBindings.ScheduleKind {
        switch self {
        case .once: .once
        case .daily: .daily
        case .weekly: .weekly
        }
    }
}

extension TimeSlot {
    fileprivate func native(_ field: String) throws(TellusError) -> TellusBindings.TimeSlot {
        TellusBindings.TimeSlot(
            dayOfWeek: dayOfWeek.map(\.native),
            start: try start.native(field + ".start"),
            end: try end.native(field + ".end"),
            powerLimit: powerLimit,
            action: action.native)
    }
}

extension TimeSlot.Action {
    fileprivate var native: TellusBindings.ScheduleAction {
        switch self {
        case .charge: .charge
        case .discharge: .discharge
        case .idle: .idle
        }
    }
}

extension TimeOfDay {
    /// The core takes a text, and could not tell which of a plan's times is none.
    fileprivate func native(_ field: String) throws(TellusError) -> String {
        guard (0...23).contains(hour), (0...59).contains(minute) else {
            throw .invalid(field, "must lie in 00:00...23:59, not \(self)")
        }
        return description
    }
}

extension Weekday {
    fileprivate var native: TellusBindings.Weekday {
        switch self {
        case .mon: .mon
        case .tue: .tue
        case .wed: .wed
        case .thu: .thu
        case .fri: .fri
        case .sat: .sat
        case .sun: .sun
        }
    }
}
