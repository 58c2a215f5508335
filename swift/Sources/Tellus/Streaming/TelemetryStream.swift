internal import TellusBindings

/// An open telemetry stream: to iterate over, and to steer meanwhile, as ``TelemetryControl`` says. Get one from
/// ``TellusClient/stream(devices:)``, keep it as long as it is needed; it is closed by ``TelemetryControl/close()`` or when
/// nobody holds it any more.
///
/// ``frames`` and ``batches(maxRows:)`` take from the same queue: what one loop got, another does not get. A loop may be
/// left and begun again, and nothing is lost by that; only cancelling the task of a loop closes the stream, and what had
/// arrived until then can still be iterated over.
public final class TelemetryStream: TelemetryControl, @unchecked Sendable {
    private let native: TellusBindings.TelemetrySubscription
    private let inbox = Locked(Inbox())

    init(_ native: TellusBindings.TelemetrySubscription, client: TellusClient) throws {
        self.native = native
        super.init(try native.control(), client: client)
    }

    /// Live telemetry frame by frame, from this stream.
    public var frames: TelemetrySequence { TelemetrySequence(source: .stream(self)) }

    /// Live telemetry in batches of at most `maxRows` connector readings, from this stream.
    public func batches(maxRows: Int = 1024) -> TelemetryBatchSequence {
        TelemetryBatchSequence(source: .stream(self), maxRows: maxRows)
    }

    /// The next frame; waits for it. `nil` after the end. Passes over what a loop over frames does not tell.
    func nextFrame(maxRows: Int) async throws -> TelemetryFrame? {
        while true {
            if let frame = try frameAtHand() { return frame }
            guard try await pull(maxRows: maxRows) else { return nil }
        }
    }

    /// The next frame if it was taken out of the core before.
    func frameAtHand() throws -> TelemetryFrame? {
        try checkCancellation()
        return inbox.withLock { $0.popFrame() }
    }

    /// What arrived since the last pull; waits until there is something. `nil` after the end.
    func nextBatch(maxRows: Int) async throws -> TelemetryBatch? {
        while true {
            try checkCancellation()
            if let batch = inbox.withLock({ $0.popBatch() }) { return batch }
            guard try await pull(maxRows: maxRows) else { return nil }
        }
    }

    /// Takes a batch out of the core and puts it where the next element comes from, also if the task was cancelled
    /// meanwhile: what the core has given away would be lost otherwise. `false` after the end.
    private func pull(maxRows: Int) async throws(TellusError) -> Bool {
        let known = inbox.withLock { $0.known }
        do {
            let batch = try await withTaskCancellationHandler {
                try await native.nextBatch(
                    maxRows: UInt32(clamping: maxRows), maxWait: nil, knownDevices: known)
            } onCancel: {
                close()
            }
            guard let batch else { return false }
            try inbox.withLock { try $0.take(batch) }
            return true
        } catch {
            throw TellusError(thrown: error)
        }
    }

    /// Also for an element that is at hand already: a cancelled task gets no more.
    private func checkCancellation() throws {
        guard Task.isCancelled else { return }
        close()
        throw CancellationError()
    }
}
