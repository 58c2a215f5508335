import Foundation
internal import TellusBindings

/// A clock that moves only when told to: for the SDK's own tests, and not part of its interface.
@_spi(Testing)
public final class TestClock: Sendable, Hashable {
    let native: TellusBindings.TestClock

    /// A clock that stands at `now`.
    public init(now: Date) throws(TellusError) {
        native = try translated { try TellusBindings.TestClock(now: now) }
    }

    /// Moves wall and monotonic time forward, and wakes whoever has slept long enough.
    public func advance(by duration: Duration) throws(TellusError) {
        try translated { try native.advance(by: duration.nativeSeconds) }
    }

    /// Moves the wall time only, forward or back.
    public func jumpWall(milliseconds: Int64) throws(TellusError) {
        try translated { try native.jumpWallMs(ms: milliseconds) }
    }

    /// For how long everybody who sleeps on the clock still does so.
    public func sleeps() throws(TellusError) -> [Duration] {
        try translated { try native.sleeps().map(Duration.init(nativeSeconds:)) }
    }

    /// Whether both are the very same clock.
    public static func == (lhs: TestClock, rhs: TestClock) -> Bool { lhs === rhs }

    /// By identity, as ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
