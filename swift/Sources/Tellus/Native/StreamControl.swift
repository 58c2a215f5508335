internal import TellusBindings

/// What pulled and delivered streams have in common in the generated code.
protocol NativeStream: AnyObject, Sendable {
    func add(devices: [String]) throws
    func remove(devices: [String]) throws
    func devices() throws -> [String]
    func pause() throws
    func resume() throws
    func networkChanged() throws
    func snapshot() throws -> [TellusBindings.TelemetryFrame]
    func gaps() throws -> [TellusBindings.Gap]
    func drops() throws -> [String: UInt64]
    func stats() throws -> TellusBindings.StreamStats
    func cancel() throws
    func isCancelled() throws -> Bool
}

extension TellusBindings.TelemetrySubscription: NativeStream {}
extension TellusBindings.ListenerSubscription: NativeStream {}

/// Steers one stream. What `try?` leaves out below could only be a panic, a bug: no such call has an error of its own.
final class StreamControl: Sendable {
    /// Who wants the stream to rest. It runs when nobody does.
    private struct Rest {
        var owner = false
        var background = false
    }

    private let native: any NativeStream
    /// Keeps the client alive: without it the stream would end.
    private let client: TellusClient
    private let rest = Locked(Rest())

    init(_ native: any NativeStream, client: TellusClient) {
        self.native = native
        self.client = client
        client.streams.add(self)
    }

    func pause() { change { $0.owner = true } }
    func resume() { change { $0.owner = false } }
    func setForeground(_ foreground: Bool) { change { $0.background = !foreground } }

    /// The native call is made under the lock, so that the last word of several threads is the one that holds. It only
    /// leaves a wish and calls nobody back.
    private func change(_ body: (inout Rest) -> Void) {
        rest.withLock { rest in
            body(&rest)
            if rest.owner || rest.background { try? native.pause() } else { try? native.resume() }
        }
    }

    func networkChanged() { try? native.networkChanged() }

    func add(_ devices: [String]) throws(TellusError) {
        try translated { try native.add(devices: devices) }
    }

    func remove(_ devices: [String]) { try? native.remove(devices: devices) }

    var devices: [String] { (try? native.devices()) ?? [] }
    func snapshot() -> [TelemetryFrame] { (try? native.snapshot())?.map(TelemetryFrame.init) ?? [] }
    func gaps() -> [Gap] { (try? native.gaps())?.map(Gap.init) ?? [] }
    var drops: [String: UInt64] { (try? native.drops()) ?? [:] }
    var stats: StreamStats { (try? native.stats()).map(StreamStats.init) ?? StreamStats() }
    var isClosed: Bool { (try? native.isCancelled()) ?? true }
    func close() { try? native.cancel() }
}

/// The open streams of a client, held weakly: each lives as long as its owner wants.
final class OpenStreams: Sendable {
    private struct Entry {
        weak var control: StreamControl?
    }

    private struct State {
        var foreground = true
        var entries: [Entry] = []
    }

    private let state = Locked(State())

    /// A stream that is opened in the background rests from the start.
    func add(_ control: StreamControl) {
        state.withLock { state in
            state.entries.removeAll { $0.control == nil }
            state.entries.append(Entry(control: control))
            if !state.foreground { control.setForeground(false) }
        }
    }

    /// All under the lock, so that no stream is told two things in the wrong order. Telling takes no time.
    func setForeground(_ foreground: Bool) {
        state.withLock { state in
            state.foreground = foreground
            for entry in state.entries { entry.control?.setForeground(foreground) }
        }
    }

    func networkChanged() {
        state.withLock { state in
            for entry in state.entries { entry.control?.networkChanged() }
        }
    }
}
