/// The open streams of a client, held weakly: each lives as long as its owner wants.
final class OpenStreams: Sendable {
    private struct Entry {
        weak var stream: TelemetryControl?
    }

    private struct State {
        var foreground = true
        var entries: [Entry] = []
    }

    private let state = Locked(State())

    /// A stream that is opened in the background rests from the start.
    func add(_ stream: TelemetryControl) {
        state.withLock { state in
            state.entries.removeAll { $0.stream == nil }
            state.entries.append(Entry(stream: stream))
            if !state.foreground { stream.setForeground(false) }
        }
    }

    /// All under the lock, so that no stream is told two things in the wrong order. Telling takes no time.
    func setForeground(_ foreground: Bool) {
        state.withLock { state in
            state.foreground = foreground
            for entry in state.entries { entry.stream?.setForeground(foreground) }
        }
    }

    func networkChanged() {
        state.withLock { state in
            for entry in state.entries { entry.stream?.networkChanged() }
        }
    }
}
