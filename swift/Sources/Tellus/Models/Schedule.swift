import Foundation

/// A plan for one connector. The platform has no call that reads, lists or deletes plans.
public struct Schedule: Sendable, Hashable {
    /// How a plan repeats.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// Not at all.
        case once
        /// Every day.
        case daily
        /// On the weekdays that each slot names.
        case weekly
    }

    /// Your own identifier; the same one again replaces the plan.
    public var scheduleId: String
    /// Whether it is in force.
    public var enabled: Bool
    /// How it repeats.
    public var kind: Kind
    /// What happens when; at least one. A slot whose end is not later than its start runs across midnight; to which day
    /// it then belongs is not specified by the platform.
    public var timeSlots: [TimeSlot]
    /// The state of charge at which to stop, in %, 0 to 100.
    public var targetSoc: Int?
    /// In force from this moment.
    public var effectiveFrom: Date?
    /// In force until this moment.
    public var effectiveUntil: Date?
    /// The IANA zone of the slots' times, e.g. `Europe/London`. What holds without one is not specified by the
    /// platform: name it.
    public var timezone: String?

    /// A plan, in force unless `enabled` says otherwise.
    public init(
        scheduleId: String,
        enabled: Bool = true,
        kind: Kind,
        timeSlots: [TimeSlot],
        targetSoc: Int? = nil,
        effectiveFrom: Date? = nil,
        effectiveUntil: Date? = nil,
        timezone: String? = nil
    ) {
        self.scheduleId = scheduleId
        self.enabled = enabled
        self.kind = kind
        self.timeSlots = timeSlots
        self.targetSoc = targetSoc
        self.effectiveFrom = effectiveFrom
        self.effectiveUntil = effectiveUntil
        self.timezone = timezone
    }
}

/// One part of a day in a ``Schedule``.
public struct TimeSlot: Sendable, Hashable {
    /// What happens in a slot.
    public enum Action: Sendable, Hashable, CaseIterable {
        /// Energy flows into the vehicle.
        case charge
        /// Energy flows out of the vehicle.
        case discharge
        /// Nothing flows.
        case idle
    }

    /// The weekdays, for weekly plans; needed there.
    public var dayOfWeek: [Weekday]
    /// When it begins.
    public var start: TimeOfDay
    /// When it ends; another time than ``start``.
    public var end: TimeOfDay
    /// The most power in kW.
    public var powerLimit: Double?
    /// What happens in it.
    public var action: Action

    /// A slot from its parts.
    public init(
        dayOfWeek: [Weekday] = [],
        start: TimeOfDay,
        end: TimeOfDay,
        powerLimit: Double? = nil,
        action: Action
    ) {
        self.dayOfWeek = dayOfWeek
        self.start = start
        self.end = end
        self.powerLimit = powerLimit
        self.action = action
    }
}

/// A time of day, to the minute.
public struct TimeOfDay: Sendable, Hashable, CustomStringConvertible {
    /// 0 to 23.
    public var hour: Int
    /// 0 to 59.
    public var minute: Int

    /// A time of day. Whether there is such a time is checked when the plan is sent.
    public init(hour: Int, minute: Int = 0) {
        self.hour = hour
        self.minute = minute
    }

    /// As the platform writes it, e.g. `08:30`.
    public var description: String { String(format: "%02ld:%02ld", hour, minute) }
}

/// A day of the week.
public enum Weekday: Sendable, Hashable, CaseIterable {
    /// Monday.
    case mon
    /// Tuesday.
    case tue
    /// Wednesday.
    case wed
    /// Thursday.
    case thu
    /// Friday.
    case fri
    /// Saturday.
    case sat
    /// Sunday.
    case sun
}
