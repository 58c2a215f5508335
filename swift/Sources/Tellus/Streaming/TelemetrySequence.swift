/// Live telemetry, frame by frame.
///
/// Frames are pulled as they are asked for. What waits in between is limited by ``TellusConfig/mailboxRows``. The
/// stream reconnects by itself; a gap in between is visible in ``TellusClient/telemetryBatches(devices:maxRows:)``.
/// Frames that the platform sends meanwhile are not sent again.
///
/// From ``TellusClient/telemetry(devices:)`` each iteration opens a stream of its own, and leaving the loop closes it.
/// From ``TelemetryStream/frames`` the stream stays open when a loop is left.
///
/// It ends when the client or the stream is closed. It throws ``TellusError`` if the stream cannot go on, and
/// `CancellationError` if the task is cancelled, which closes the stream.
public struct TelemetrySequence: AsyncSequence, Sendable {
    /// A frame.
    public typealias Element = TelemetryFrame

    /// How many connector readings are taken at once.
    static let rows = 1024

    let source: TelemetrySource

    /// Pulls one frame after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let source: TelemetrySource
        var stream: TelemetryStream?

        /// The next frame; waits for it. `nil` after the end.
        public mutating func next() async throws -> TelemetryFrame? {
            // The way of nearly every frame: it is at hand, and nothing waits.
            if let frame = try stream?.frameAtHand() { return frame }
            let stream = try stream ?? source.open()
            self.stream = stream
            return try await stream.nextFrame(maxRows: TelemetrySequence.rows)
        }

        /// What the stream has counted so far.
        public var stats: StreamStats { stream?.stats ?? StreamStats() }
    }

    /// An iterator; one with a stream of its own opens it at its first element.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(source: source)
    }
}
