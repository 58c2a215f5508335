/// Whom a measure of load control concerns.
public enum FlexibilityTarget: Sendable, Hashable {
    /// The chargers at these sites.
    case sites([String])
    /// The chargers of these operators.
    case operators([String])
    /// All chargers of this client.
    case all
}

/// What a measure of load control does.
public enum FlexibilityCommand: Sendable, Hashable {
    /// Power is limited to this share in %, 0 to 100.
    case setPowerLimit(percent: Int)
    /// Charging pauses.
    case pauseCharging
}

/// The answer to a flexibility call.
public struct FlexibilityReceipt: Sendable, Hashable {
    /// The platform's identifier of the measure. Whether it can be followed like a command is not specified by the
    /// platform.
    public let controlId: String
    /// How far it is; the schema knows only `executing`.
    public let status: String

    /// A receipt from its parts, for previews and tests.
    public init(controlId: String, status: String) {
        self.controlId = controlId
        self.status = status
    }
}
