import Foundation

/// What a telemetry stream is doing.
public enum StreamStatus: Sendable, Hashable {
    /// It opens a connection.
    case connecting
    /// The connection stands; frames may arrive.
    case live
    /// The connection was lost or refused, for the reason `error`; the next try comes after `retryIn`.
    case waiting(retryIn: Duration, error: TellusError)
    /// It was told to rest, and holds no connection until it is resumed.
    case paused
    /// It was closed by its owner.
    case closed
    /// It ended for good: trying again cannot help.
    case failed(TellusError)
}

/// A change of what a telemetry stream is doing.
public struct StatusEvent: Sendable, Hashable {
    /// When it changed, by this machine's clock.
    public let at: Date
    /// Which of the stream's connections, counted from 0. A stream of few devices has one only.
    public let connection: Int
    /// What the stream does from then on.
    public let status: StreamStatus

    /// An event from its parts, for previews and tests.
    public init(at: Date, connection: Int = 0, status: StreamStatus) {
        self.at = at
        self.connection = connection
        self.status = status
    }
}
