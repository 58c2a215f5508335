/// What a telemetry stream has counted since it was opened.
public struct StreamStats: Sendable, Hashable {
    /// Frames received and understood, without duplicates.
    public let frames: UInt64
    /// Bytes of text received.
    public let bytes: UInt64
    /// Connections opened.
    public let connections: UInt64
    /// Those of them that took the place of one that was lost, or was closed to be opened anew.
    public let reconnects: UInt64
    /// Frames dropped because the consumer was too slow.
    public let dropped: UInt64
    /// Frames dropped because the very same frame had just been received.
    public let duplicates: UInt64
    /// Messages that are no telemetry frame.
    public let malformed: UInt64
    /// Frames that are legal, yet not of the documented shape: they cost more to read.
    public let unusual: UInt64
    /// Connector readings that wait for the consumer.
    public let waitingRows: UInt64
    /// Chargers that are not observed at present.
    public let openGaps: UInt64
    /// Ended gaps that were forgotten because there were too many of them.
    public let forgottenGaps: UInt64
    /// How long frames take to their delivery.
    public let latency: LatencyStats
    /// Calls of the listener that failed.
    public let listenerFailures: UInt64

    /// Counters from their parts, for previews and tests.
    public init(
        frames: UInt64 = 0,
        bytes: UInt64 = 0,
        connections: UInt64 = 0,
        reconnects: UInt64 = 0,
        dropped: UInt64 = 0,
        duplicates: UInt64 = 0,
        malformed: UInt64 = 0,
        unusual: UInt64 = 0,
        waitingRows: UInt64 = 0,
        openGaps: UInt64 = 0,
        forgottenGaps: UInt64 = 0,
        latency: LatencyStats = LatencyStats(),
        listenerFailures: UInt64 = 0
    ) {
        self.frames = frames
        self.bytes = bytes
        self.connections = connections
        self.reconnects = reconnects
        self.dropped = dropped
        self.duplicates = duplicates
        self.malformed = malformed
        self.unusual = unusual
        self.waitingRows = waitingRows
        self.openGaps = openGaps
        self.forgottenGaps = forgottenGaps
        self.latency = latency
        self.listenerFailures = listenerFailures
    }
}

/// How long frames take from the charger's clock to their delivery, to the next power of two of microseconds. Holds the
/// difference between the charger's clock and this machine's, too. No time is told before there are frames.
public struct LatencyStats: Sendable, Hashable {
    /// Frames counted.
    public let count: UInt64
    /// Frames from the future: the charger's clock is ahead of this machine's.
    public let ahead: UInt64
    /// Half of the frames took less.
    public let p50: Duration?
    /// Nine in ten frames took less.
    public let p90: Duration?
    /// Ninety-nine in a hundred frames took less.
    public let p99: Duration?
    /// All frames took less.
    public let max: Duration?

    /// Times from their parts, for previews and tests.
    public init(
        count: UInt64 = 0,
        ahead: UInt64 = 0,
        p50: Duration? = nil,
        p90: Duration? = nil,
        p99: Duration? = nil,
        max: Duration? = nil
    ) {
        self.count = count
        self.ahead = ahead
        self.p50 = p50
        self.p90 = p90
        self.p99 = p99
        self.max = max
    }
}
