// Values of the interface as the suite writes them.

import Foundation
import Tellus

/// A value as JSON: a model by its fields, whose names are the platform's but for the case of their letters.
func plain(_ value: Any) -> JSON {
    switch value {
    case let json as JSON: return json
    case let flag as Bool: return .flag(flag)
    case let integer as any BinaryInteger: return .integer(Int(integer))
    case let number as Double: return .number(number)
    case let text as String: return .text(text)
    case let date as Date: return .text(moment(date))
    case let duration as Duration: return .number(millis(duration))
    case let list as [Any]: return .list(list.map(plain))
    case let counts as [String: any BinaryInteger]: return .object(counts.mapValues(plain))
    case let event as StatusEvent: return plain(event)
    case let error as TellusError: return plain(error)
    case let status as CommandStatus: return plain(status)
    default: return reflected(value)
    }
}

private func reflected(_ value: Any) -> JSON {
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.map { plain($0.value) } ?? .null
    case .enum where value is any CustomStringConvertible: return .text("\(value)")
    case .enum: return .text(snake("\(value)"))
    default: return fields(of: mirror)
    }
}

private func fields(of mirror: Mirror) -> JSON {
    let named = mirror.children.map { (snake($0.label ?? "?"), plain($0.value)) }
    return .object(Dictionary(uniqueKeysWithValues: named))
}

private func plain(_ status: CommandStatus) -> JSON {
    guard case .object(var fields) = reflected(status) else { return .null }
    // A JSON text, whatever it holds.
    fields["result"] = status.result.map { (try? JSON(text: $0)) ?? .text($0) }
    return .object(fields)
}

private func plain(_ event: StatusEvent) -> JSON {
    var told: (name: String, retryIn: Duration?, error: TellusError?)
    switch event.status {
    case .connecting: told = ("connecting", nil, nil)
    case .live: told = ("live", nil, nil)
    case .waiting(let retryIn, let error): told = ("waiting", retryIn, error)
    case .paused: told = ("paused", nil, nil)
    case .closed: told = ("closed", nil, nil)
    case .failed(let error): told = ("failed", nil, error)
    }
    return .object([
        "at": plain(event.at),
        "connection": plain(event.connection),
        "status": .text(told.name),
        "retry_in_ms": plain(told.retryIn as Any),
        "error": plain(told.error as Any),
    ])
}

func plain(_ error: TellusError) -> JSON {
    guard case .object(var facts) = fields(of: Mirror(reflecting: error.failure)) else { return .null }
    facts["kind"] = .text(error.kind)
    facts["retry_after_ms"] = facts.removeValue(forKey: "retry_after")
    facts["details"] = try? JSON(text: error.failure.details)
    facts["text"] = nil
    return .object(facts)
}

func millis(_ span: Duration) -> Double { span / .milliseconds(1) }

/// `deviceId` as `device_id`.
private func snake(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
}

/// In UTC, with all digits that a `Date` holds for sure.
private func moment(_ date: Date) -> String {
    let micros = Int((date.timeIntervalSinceReferenceDate * 1e6).rounded())
    let (seconds, rest) = (Int((Double(micros) / 1e6).rounded(.down)), micros)
    let fraction = rest - seconds * 1_000_000
    let whole = Date(timeIntervalSinceReferenceDate: Double(seconds)).formatted(.iso8601)
    return fraction == 0 ? whole : whole.dropLast() + String(format: ".%06ldZ", fraction)
}
