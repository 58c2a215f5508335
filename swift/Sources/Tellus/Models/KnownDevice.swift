/// A charger that is known to exist.
public struct KnownDevice: Sendable, Hashable, Identifiable {
    /// How a charger is known: the platform has no call that lists them.
    public enum Source: Sendable, Hashable {
        /// It is named in ``TellusConfig/devices``.
        case configured
        /// It occurs in charging records.
        case chargingRecords
    }

    /// The platform's identifier; opaque.
    public let deviceId: String
    /// How it is known.
    public let source: Source

    /// The same as ``deviceId``.
    public var id: String { deviceId }

    /// A known charger from its parts, for previews and tests.
    public init(deviceId: String, source: Source) {
        self.deviceId = deviceId
        self.source = source
    }
}
