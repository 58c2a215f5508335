internal import TellusBindings

/// What a stream has taken out of the core and not yet handed to anybody.
struct Inbox: Sendable {
    private var decoder = RowDecoder()
    /// In the order of arrival.
    private var pending: [TelemetryBatch] = []
    /// How many frames of the first one are gone.
    private var taken = 0

    /// How many devices need not be told again.
    var known: UInt32 { decoder.known }

    mutating func take(_ batch: TellusBindings.TelemetryBatch) throws {
        pending.append(
            TelemetryBatch(
                events: batch.events.map(StatusEvent.init), gaps: batch.gaps.map(Gap.init),
                frames: try decoder.frames(of: batch.rows)))
    }

    mutating func popFrame() -> TelemetryFrame? {
        while let frames = pending.first?.frames {
            if taken < frames.count {
                defer { taken += 1 }
                return frames[taken]
            }
            dropFirst()
        }
        return nil
    }

    /// What is left of the first batch. A loop over frames that went before has passed over its events and gaps.
    mutating func popBatch() -> TelemetryBatch? {
        while let batch = pending.first {
            defer { dropFirst() }
            if taken == 0 { return batch }
            if taken < batch.frames.count { return TelemetryBatch(frames: Array(batch.frames[taken...])) }
        }
        return nil
    }

    private mutating func dropFirst() {
        pending.removeFirst()
        taken = 0
    }
}
