internal import TellusBindings

/// What a stream has taken out of the core and not yet handed to anybody.
struct Inbox: Sendable {
    private var decoder = RowDecoder()
    /// What is left of a batch that a loop over frames has begun, the next one last: so each is moved out and not copied.
    /// The batch's events and gaps are gone.
    private var begun: [TelemetryFrame] = []
    /// In the order of arrival.
    private var pending: [TelemetryBatch] = []

    /// How many devices need not be told again.
    var known: UInt32 { decoder.known }

    mutating func take(_ batch: TellusBindings.TelemetryBatch) throws {
        pending.append(
            TelemetryBatch(
                events: batch.events.map(StatusEvent.init), gaps: batch.gaps.map(Gap.init),
                frames: try decoder.frames(of: batch.rows)))
    }

    mutating func popFrame() -> TelemetryFrame? {
        while true {
            if let frame = begun.popLast() { return frame }
            guard !pending.isEmpty else { return nil }
            begun = pending.removeFirst().frames
            begun.reverse()
        }
    }

    mutating func popBatch() -> TelemetryBatch? {
        guard begun.isEmpty else {
            defer { begun = [] }
            return TelemetryBatch(frames: begun.reversed())
        }
        return pending.isEmpty ? nil : pending.removeFirst()
    }
}
