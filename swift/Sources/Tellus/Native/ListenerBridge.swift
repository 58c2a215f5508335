import Foundation
internal import TellusBindings

/// A public listener as the generated code sees it.
final class ListenerBridge: TellusBindings.TelemetryListener, Sendable {
    private let listener: any TelemetryListener
    private let decoder = Locked(RowDecoder())

    init(_ listener: any TelemetryListener) {
        self.listener = listener
    }

    func onBatch(rows: Data) throws {
        try reported {
            // All of it before the listener can fail: what a block told is not told again.
            let frames = try decoder.withLock { try $0.frames(of: rows) }
            try listener.onBatch(frames)
        }
    }

    func onStatus(event: TellusBindings.StatusEvent) throws {
        try reported { try listener.onStatus(StatusEvent(event)) }
    }

    func onGap(gap: TellusBindings.Gap) throws {
        try reported { try listener.onGap(Gap(gap)) }
    }
}

/// Runs the app's code and gives its errors the form that crosses.
func reported<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch {
        throw CallbackError.Failed(reason: firstLine(of: error))
    }
}
