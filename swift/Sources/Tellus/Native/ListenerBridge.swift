internal import TellusBindings

/// A public listener as the generated code sees it.
final class ListenerBridge: TellusBindings.TelemetryListener, Sendable {
    private let listener: any TelemetryListener

    init(_ listener: any TelemetryListener) {
        self.listener = listener
    }

    func onBatch(frames: [TellusBindings.TelemetryFrame]) throws {
        try told { try listener.onBatch(frames.map(TelemetryFrame.init)) }
    }

    func onStatus(event: TellusBindings.StatusEvent) throws {
        try told { try listener.onStatus(StatusEvent(event)) }
    }

    func onGap(gap: TellusBindings.Gap) throws {
        try told { try listener.onGap(Gap(gap)) }
    }

    private func told(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw CallbackError.Failed(reason: firstLine(of: error))
        }
    }
}
