internal import TellusBindings

/// An open telemetry stream: to iterate over, and to steer meanwhile. Get one from ``TellusClient/stream(devices:)``,
/// keep it as long as it is needed; it is closed by ``close()`` or when nobody holds it any more.
///
/// ``frames`` and ``batches(maxRows:)`` take from the same queue: what one loop got, another does not get. A loop may be
/// left and begun again, and nothing is lost by that; only cancelling the task of a loop closes the stream.
public final class TelemetryStream: Sendable {
    let native: TellusBindings.TelemetrySubscription
    private let control: StreamControl
    /// Frames of a batch that a loop over frames has not come to yet.
    private let pending = Locked<ArraySlice<TelemetryFrame>>([])

    init(_ native: TellusBindings.TelemetrySubscription, client: TellusClient) {
        self.native = native
        control = StreamControl(native, client: client)
    }

    deinit {
        close()
    }

    /// Live telemetry frame by frame, from this stream.
    public var frames: TelemetrySequence { TelemetrySequence(source: .stream(self)) }

    /// Live telemetry in batches of at most `maxRows` connector readings, from this stream.
    public func batches(maxRows: Int = 1024) -> TelemetryBatchSequence {
        TelemetryBatchSequence(source: .stream(self), maxRows: maxRows)
    }

    /// The chargers, each once, in alphabetical order.
    public var devices: [String] { control.devices }

    /// Adds chargers; those that are there already stay as they are. The connections that take them are opened anew for
    /// that. Returns at once.
    public func add(_ devices: [String]) throws(TellusError) {
        try control.add(devices)
    }

    /// Lets chargers go; those that are not there do not matter. Their connections are opened anew without them. The
    /// stream is closed when its last charger goes. Returns at once.
    public func remove(_ devices: [String]) {
        control.remove(devices)
    }

    /// Closes all connections until ``resume()``. Its chargers have a gap meanwhile. Returns at once; may be called more
    /// than once. An app that leaves the foreground uses ``TellusClient/setForeground(_:)``.
    public func pause() {
        control.pause()
    }

    /// Opens all connections again, unless ``TellusClient/setForeground(_:)`` holds them closed. Returns at once.
    public func resume() {
        control.resume()
    }

    /// Tells that the network is another one, e.g. cellular after Wi-Fi: opens all connections anew, since what stands
    /// may be dead, and cuts waits short. Returns at once.
    public func networkChanged() {
        control.networkChanged()
    }

    /// The newest reading of every connector. Needs no iterating.
    public func snapshot() -> [TelemetryFrame] { control.snapshot() }

    /// When which charger was not observed, and why: the gaps that lasted or last up to what has been taken from the
    /// stream so far, by the time at which they were noticed. The newest 65,536 that ended are kept.
    public func gaps() -> [Gap] { control.gaps() }

    /// How many frames of which charger were dropped because the consumer was too slow. Chargers without drops are left
    /// out.
    public var drops: [String: UInt64] { control.drops }

    /// What the stream has counted so far.
    public var stats: StreamStats { control.stats }

    /// Ends the stream. Returns at once; may be called more than once and from anywhere. What has already arrived can
    /// still be iterated over.
    public func close() {
        control.close()
    }

    /// Whether it was closed.
    public var isClosed: Bool { control.isClosed }
}

// What the sequences take.
extension TelemetryStream {
    /// The next frame; waits for it. `nil` after the end.
    func nextFrame(maxRows: Int) async throws -> TelemetryFrame? {
        while true {
            try checkCancellation()
            if let frame = pending.withLock({ $0.popFirst() }) { return frame }
            guard let batch = try await pull(maxRows: maxRows) else { return nil }
            pending.withLock { $0 = $0.isEmpty ? batch.frames[...] : $0 + batch.frames }
        }
    }

    /// What arrived since the last pull; waits until there is something. `nil` after the end.
    func nextBatch(maxRows: Int) async throws -> TelemetryBatch? {
        try checkCancellation()
        let left = pending.withLock { frames in
            defer { frames = [] }
            return Array(frames)
        }
        return left.isEmpty ? try await pull(maxRows: maxRows) : TelemetryBatch(frames: left)
    }

    private func pull(maxRows: Int) async throws -> TelemetryBatch? {
        let batch: TellusBindings.TelemetryBatch?
        do {
            batch = try await withTaskCancellationHandler {
                try await native.nextBatch(maxRows: UInt32(clamping: maxRows), maxWait: nil)
            } onCancel: {
                close()
            }
        } catch {
            throw TellusError(thrown: error)
        }
        try checkCancellation()
        return batch.map(TelemetryBatch.init)
    }

    /// Also for an element that is at hand already: a cancelled task gets no more.
    private func checkCancellation() throws {
        guard Task.isCancelled else { return }
        close()
        throw CancellationError()
    }
}

extension TelemetryStream: CustomStringConvertible {
    /// Whether it runs.
    public var description: String { "TelemetryStream(\(isClosed ? "closed" : "open"))" }
}
