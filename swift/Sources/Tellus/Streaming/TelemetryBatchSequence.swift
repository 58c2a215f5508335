/// The live telemetry of chargers in batches, with what happens to the stream itself. Each iteration opens a stream of
/// its own; what ``TelemetrySequence`` says of pulling, ending and closing holds here, too.
///
/// Batches form by themselves: one holds whatever has arrived while the consumer was busy.
public struct TelemetryBatchSequence: AsyncSequence, Sendable {
    /// A batch.
    public typealias Element = TelemetryBatch

    let client: TellusClient
    let devices: [String]
    let maxRows: Int

    /// Pulls one batch after the other. Opens the stream at the first ``next()``; letting go of it closes the stream.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let pull: TelemetryPull

        /// The next batch; waits until there is something. `nil` after the end.
        public mutating func next() async throws -> TelemetryBatch? {
            try await pull.next()
        }

        /// What the stream has counted so far.
        public var stats: StreamStats { pull.stats }
    }

    /// An iterator with a stream of its own, which it opens at its first element.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pull: TelemetryPull(client: client, devices: devices, maxRows: maxRows))
    }
}
