import Foundation

// Numbers that the generated types are too narrow for: refused by the names that the core uses, instead of being
// changed or ending the app.

extension TellusError {
    /// A refusal of an argument, in the core's form.
    static func invalid(_ field: String, _ reason: String) -> TellusError {
        .invalidRequest(Failure(reason: "\(field): \(reason)", details: #"{"field":"\#(field)"}"#))
    }
}

/// A share in %.
func percent(_ field: String, _ value: Int) throws(TellusError) -> UInt8 {
    guard let narrow = UInt8(exactly: value) else {
        throw .invalid(field, "must lie in 0..=100 %, not \(value)")
    }
    return narrow
}

/// A share in %, or none.
func optionalPercent(_ field: String, _ value: Int?) throws(TellusError) -> UInt8? {
    guard let value else { return nil }
    return try percent(field, value)
}

/// The number of a connector.
func connectorNumber(_ value: Int) throws(TellusError) -> UInt32 {
    guard let narrow = UInt32(exactly: value) else {
        throw .invalid("connector_id", value < 0 ? "counts from 1" : "is too large: \(value)")
    }
    return narrow
}

/// The number of a connector, or none.
func optionalConnectorNumber(_ value: Int?) throws(TellusError) -> UInt32? {
    guard let value else { return nil }
    return try connectorNumber(value)
}

/// A moment that the core can express: the years 1 to 9999. The generated code ends the app at worse ones.
func moment(_ field: String, _ value: Date) throws(TellusError) -> Date {
    guard (-62_135_596_800.0...253_402_207_200.0).contains(value.timeIntervalSince1970) else {
        throw .invalid(field, "must lie in the years 1 to 9999")
    }
    return value
}

/// A moment, or none.
func optionalMoment(_ field: String, _ value: Date?) throws(TellusError) -> Date? {
    guard let value else { return nil }
    return try moment(field, value)
}
