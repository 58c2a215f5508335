import Foundation
internal import TellusBindings

/// A stream that is opened by the first pull and closed when nobody holds it any more, or when the task that pulls is
/// cancelled.
final class TelemetryPull {
    /// How many connector readings are taken at once where nobody says otherwise.
    static let defaultRows = 1024

    /// Keeps the client alive: without it the stream would end.
    private let client: TellusClient
    private let devices: [String]
    private let maxRows: UInt32
    private var opened: TellusBindings.TelemetrySubscription?

    init(client: TellusClient, devices: [String], maxRows: Int) {
        self.client = client
        self.devices = devices
        self.maxRows = UInt32(clamping: maxRows)
    }

    deinit {
        try? opened?.cancel()
    }

    /// What arrived since the last pull; waits until there is something. `nil` after the end.
    func next() async throws -> TelemetryBatch? {
        try checkCancellation()
        let stream = try open()
        let maxRows = maxRows
        let batch: TellusBindings.TelemetryBatch?
        do {
            batch = try await withTaskCancellationHandler {
                try await stream.nextBatch(maxRows: maxRows, maxWait: nil)
            } onCancel: {
                try? stream.cancel()
            }
        } catch {
            throw TellusError(thrown: error)
        }
        try checkCancellation()
        return batch.map(TelemetryBatch.init)
    }

    /// What the stream has counted so far.
    var stats: StreamStats {
        (try? opened?.stats()).map(StreamStats.init) ?? StreamStats()
    }

    /// Also for an element that is at hand already: a cancelled task gets no more.
    func checkCancellation() throws {
        guard Task.isCancelled else { return }
        try? opened?.cancel()
        throw CancellationError()
    }

    private func open() throws(TellusError) -> TellusBindings.TelemetrySubscription {
        if let opened { return opened }
        let stream = try client.openTelemetry(devices: devices)
        opened = stream
        return stream
    }
}
