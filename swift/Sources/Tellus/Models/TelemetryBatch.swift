/// What came since the last batch, in this order: changes of state, gaps that opened, frames, gaps that these frames
/// ended.
public struct TelemetryBatch: Sendable, Hashable {
    /// Changes of what the stream is doing. None is ever dropped.
    public let events: [StatusEvent]
    /// Gaps that opened, and gaps that ended: each is told twice. None is ever dropped.
    public let gaps: [Gap]
    /// Frames, in the order of arrival.
    public let frames: [TelemetryFrame]

    /// A batch from its parts, for previews and tests.
    public init(events: [StatusEvent] = [], gaps: [Gap] = [], frames: [TelemetryFrame] = []) {
        self.events = events
        self.gaps = gaps
        self.frames = frames
    }
}
