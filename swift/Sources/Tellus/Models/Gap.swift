import Foundation

/// Why a charger was not observed for a while.
public enum GapCause: String, Sendable, Hashable, CaseIterable {
    /// The stream had just been opened, or the charger just added: nothing had come yet.
    case connecting
    /// The connection was lost.
    case reconnect
    /// The connection stood, yet the charger, which had reported regularly, reported nothing.
    case stale
    /// The consumer was too slow, and frames were dropped by the overflow policy.
    case dropped
    /// The stream was paused.
    case paused
    /// The connection ended for good: trying again could not help.
    case failed
}

/// A frame's place in time, by both clocks.
public struct Observed: Sendable, Hashable {
    /// When it was measured, by the charger's clock.
    public let timestamp: Date
    /// When it arrived here, by this machine's clock.
    public let receivedAt: Date

    /// A place in time from its parts, for previews and tests.
    public init(timestamp: Date, receivedAt: Date) {
        self.timestamp = timestamp
        self.receivedAt = receivedAt
    }
}

/// An interval in which a charger was not observed: from the last frame that was delivered to the next one. The platform
/// has no replay, so what happened in between is not known.
public struct Gap: Sendable, Hashable {
    /// Which charger.
    public let deviceId: String
    /// Why.
    public let cause: GapCause
    /// When it was noticed, by this machine's clock.
    public let openedAt: Date
    /// The last frame delivered before it; `nil` if there was none.
    public let last: Observed?
    /// The first frame delivered after it; `nil` while it is open, and if the charger was removed meanwhile.
    public let next: Observed?
    /// When it ended, by this machine's clock; `nil` while it is open.
    public let closedAt: Date?
    /// How many frames arrived and were dropped.
    public let dropped: UInt64
    /// Whether a reading taken by a call, and not by the stream, ended it.
    public let resynced: Bool

    /// Whether it lasts.
    public var isOpen: Bool { closedAt == nil }

    /// A gap from its parts, for previews and tests.
    public init(
        deviceId: String,
        cause: GapCause,
        openedAt: Date,
        last: Observed? = nil,
        next: Observed? = nil,
        closedAt: Date? = nil,
        dropped: UInt64 = 0,
        resynced: Bool = false
    ) {
        self.deviceId = deviceId
        self.cause = cause
        self.openedAt = openedAt
        self.last = last
        self.next = next
        self.closedAt = closedAt
        self.dropped = dropped
        self.resynced = resynced
    }
}
