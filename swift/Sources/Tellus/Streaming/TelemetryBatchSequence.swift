/// Live telemetry in batches, with what happens to the stream itself; what ``TelemetrySequence`` says of pulling, ending
/// and closing holds here, too.
///
/// Batches form by themselves: one holds whatever has arrived while the consumer was busy.
public struct TelemetryBatchSequence: AsyncSequence, Sendable {
    /// A batch.
    public typealias Element = TelemetryBatch

    let source: TelemetrySource
    let maxRows: Int

    /// Pulls one batch after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let source: TelemetrySource
        let maxRows: Int
        var stream: TelemetryStream?

        /// The next batch; waits until there is something. `nil` after the end.
        public mutating func next() async throws -> TelemetryBatch? {
            let stream = try stream ?? source.open()
            self.stream = stream
            return try await stream.nextBatch(maxRows: maxRows)
        }

        /// What the stream has counted so far.
        public var stats: StreamStats { stream?.stats ?? StreamStats() }
    }

    /// An iterator; one with a stream of its own opens it at its first element.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(source: source, maxRows: maxRows)
    }
}
