internal import TellusBindings

/// A running delivery to a ``TelemetryListener``. Keep it: the delivery ends when it is released.
public final class TelemetrySubscription: Sendable {
    private let native: TellusBindings.ListenerSubscription
    /// Keeps the client alive: without it the stream would end.
    private let client: TellusClient

    init(_ native: TellusBindings.ListenerSubscription, client: TellusClient) {
        self.native = native
        self.client = client
    }

    deinit {
        close()
    }

    /// Ends the delivery. Returns at once; may be called more than once and from anywhere, also from inside the
    /// listener. What had already arrived is delivered still, then the event ``StreamStatus/closed``.
    public func close() {
        try? native.cancel()
    }

    /// Whether it was closed, or the listener was detached because it failed too often.
    public var isClosed: Bool {
        (try? native.isCancelled()) ?? true
    }

    /// What the stream has counted so far.
    public var stats: StreamStats {
        (try? native.stats()).map(StreamStats.init) ?? StreamStats()
    }
}

extension TelemetrySubscription: CustomStringConvertible {
    /// Whether it runs.
    public var description: String { "TelemetrySubscription(\(isClosed ? "closed" : "open"))" }
}
