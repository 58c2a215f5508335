import Foundation
@_spi(Testing) import Tellus

/// What calls are given. Each names those that it needs.
struct Arguments: Decodable, Sendable {
    var baseUrl, now: String?
    var credentials: Given?
    var settings: Settings?
    var ms: Int64?
    var status: String?
    var pageSize, take: Int?
    var deviceId, commandId: String?
    var connectorId: Int?
    var start, end, granularity: String?
    var siteIds: [String]?
    var chargePower, dischargePower: Double?
    var durationMs, patienceMs: Double?
    var targetSoc, minSoc: Int?
    var transactionId, reason: String?
    var schedule: Plan?
    var targetType: String?
    var targetIds: [String]?
    var powerLimitPercent: Int?
    var method, path: String?
    var query: [[String]]?
    var body: JSON?
    var devices: [String]?
    var fails: Told.Fails?

    var duration: Duration? { durationMs.map(Duration.milliseconds) }

    /// An argument that must be there.
    func get<T>(_ argument: KeyPath<Arguments, T?> & Sendable) throws -> T {
        guard let value = self[keyPath: argument] else { throw Problem("\(argument) is missing") }
        return value
    }
}

/// What is wrong with a case, or with this runner.
struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A plan in the platform's form.
struct Plan: Decodable, Sendable {
    struct Slot: Decodable, Sendable {
        var dayOfWeek: [String]?
        var start, end, action: String
        var powerLimit: Double?
    }

    var scheduleId, type: String
    var enabled: Bool?
    var timeSlots: [Slot]?
    var targetSoc: Int?
    var effectiveFrom, effectiveUntil, timezone: String?

    func schedule() throws -> Schedule {
        Schedule(
            scheduleId: scheduleId,
            enabled: enabled ?? true,
            kind: try named(type, of: Schedule.Kind.self),
            timeSlots: try (timeSlots ?? []).map { slot in
                TimeSlot(
                    dayOfWeek: try (slot.dayOfWeek ?? []).map { try named($0, of: Weekday.self) },
                    start: try time(slot.start),
                    end: try time(slot.end),
                    powerLimit: slot.powerLimit,
                    action: try named(slot.action, of: TimeSlot.Action.self))
            },
            targetSoc: targetSoc,
            effectiveFrom: try effectiveFrom.map(date),
            effectiveUntil: try effectiveUntil.map(date),
            timezone: timezone)
    }

    private func time(_ text: String) throws -> TimeOfDay {
        let parts = text.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 2 else { throw Problem("\(text) is no time of day") }
        return TimeOfDay(hour: parts[0], minute: parts[1])
    }
}

/// The value that the platform calls so.
func named<T: CaseIterable>(_ text: String, of kind: T.Type) throws -> T {
    // `dropOldest` is `drop_oldest`.
    guard let found = kind.allCases.first(where: { plain($0) == .text(text) }) else {
        throw Problem("\(kind) has no \(text)")
    }
    return found
}

/// A moment of the suite's.
func date(_ text: String) throws -> Date {
    let parts = text.dropLast().split(separator: ".")
    guard text.hasSuffix("Z"), let whole = parts.first else { throw Problem("\(text) is not in UTC") }
    let seconds = try Date("\(whole)Z", strategy: .iso8601)
    return seconds.addingTimeInterval(parts.count == 2 ? Double("0.\(parts[1])") ?? 0 : 0)
}
