/// What a telemetry stream has counted since it was opened.
public struct StreamStats: Sendable, Hashable {
    /// Frames received and understood.
    public let frames: UInt64
    /// Bytes of text received.
    public let bytes: UInt64
    /// Connections opened.
    public let connections: UInt64
    /// Frames dropped because the consumer was too slow.
    public let dropped: UInt64
    /// Frames dropped because the very same frame had just been received.
    public let duplicates: UInt64
    /// Messages that are no telemetry frame.
    public let malformed: UInt64
    /// Devices that are not observed at present.
    public let openGaps: UInt64
    /// Calls of the listener that failed.
    public let listenerFailures: UInt64

    /// Counters from their parts, for previews and tests.
    public init(
        frames: UInt64 = 0,
        bytes: UInt64 = 0,
        connections: UInt64 = 0,
        dropped: UInt64 = 0,
        duplicates: UInt64 = 0,
        malformed: UInt64 = 0,
        openGaps: UInt64 = 0,
        listenerFailures: UInt64 = 0
    ) {
        self.frames = frames
        self.bytes = bytes
        self.connections = connections
        self.dropped = dropped
        self.duplicates = duplicates
        self.malformed = malformed
        self.openGaps = openGaps
        self.listenerFailures = listenerFailures
    }
}
