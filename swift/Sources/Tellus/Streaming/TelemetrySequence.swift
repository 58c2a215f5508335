/// The live telemetry of chargers, frame by frame. Each iteration opens a stream of its own.
///
/// Frames are pulled as they are asked for. What waits in between is limited by ``TellusConfig/mailboxRows``. The
/// stream reconnects by itself; a gap in between is visible in ``TellusClient/telemetryBatches(devices:maxRows:)``.
/// Frames that the platform sends meanwhile are not sent again.
///
/// It ends when the client is closed. It throws ``TellusError`` if the stream cannot go on, and `CancellationError` if
/// the task is cancelled. Leaving the loop closes the connection.
public struct TelemetrySequence: AsyncSequence, Sendable {
    /// A frame.
    public typealias Element = TelemetryFrame

    let client: TellusClient
    let devices: [String]

    /// Pulls one frame after the other. Opens the stream at the first ``next()``; letting go of it closes the stream.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let pull: TelemetryPull
        var frames: ArraySlice<TelemetryFrame> = []

        /// The next frame; waits for it. `nil` after the end.
        public mutating func next() async throws -> TelemetryFrame? {
            try pull.checkCancellation()
            while frames.isEmpty {
                guard let batch = try await pull.next() else { return nil }
                frames = batch.frames[...]
            }
            return frames.removeFirst()
        }

        /// What the stream has counted so far.
        public var stats: StreamStats { pull.stats }
    }

    /// An iterator with a stream of its own, which it opens at its first element.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pull: TelemetryPull(client: client, devices: devices, maxRows: TelemetryPull.defaultRows))
    }
}
