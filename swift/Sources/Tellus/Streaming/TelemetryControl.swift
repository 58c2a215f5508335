internal import TellusBindings

// Unchecked, since only a final class can be checked; all that it holds is constant and Sendable.
/// What can be done to a telemetry stream while it runs, however it delivers: as a ``TelemetryStream`` or as a
/// ``TelemetrySubscription``. Everything returns at once and may be called from anywhere, also from inside a listener.
///
/// The stream is closed by ``close()``, or when nobody holds this object any more.
public class TelemetryControl: @unchecked Sendable, CustomStringConvertible {
    /// Who wants the stream to rest. It runs when nobody does.
    private struct Rest {
        var owner = false
        var background = false
    }

    // What `try?` leaves out below could only be a panic, a bug: no such call has an error of its own.
    private let native: TellusBindings.StreamControl
    /// Keeps the client alive: without it the stream would end.
    private let client: TellusClient
    private let rest = Locked(Rest())

    init(_ native: TellusBindings.StreamControl, client: TellusClient) {
        self.native = native
        self.client = client
        client.streams.add(self)
    }

    deinit {
        close()
    }

    /// Ends the stream. May be called more than once. What has already arrived can still be iterated over; a listener is
    /// still told of it, then of ``StreamStatus/closed``.
    public final func close() { try? native.cancel() }

    /// Whether it was closed, or its listener was detached because it failed too often.
    public final var isClosed: Bool { (try? native.isCancelled()) ?? true }

    /// The chargers, each once, in alphabetical order.
    public final var devices: [String] { (try? native.devices()) ?? [] }

    /// How many connections there are, open or on the way to it; more than one with more than
    /// ``TellusConfig/maxDevicesPerConnection`` chargers.
    public final var connections: Int { Int((try? native.connections()) ?? 0) }

    /// Adds chargers; those that are there already stay as they are. The connections that take them are opened anew for
    /// that.
    public final func add(_ devices: [String]) throws(TellusError) {
        try translated { try native.add(devices: devices) }
    }

    /// Lets chargers go; those that are not there do not matter. Their connections are opened anew without them. The
    /// stream is closed when its last charger goes.
    public final func remove(_ devices: [String]) { try? native.remove(devices: devices) }

    /// Closes all connections until ``resume()``. Its chargers have a gap meanwhile. May be called more than once. An app
    /// that leaves the foreground uses ``TellusClient/setForeground(_:)``.
    public final func pause() { change { $0.owner = true } }

    /// Opens all connections again, unless ``TellusClient/setForeground(_:)`` holds them closed.
    public final func resume() { change { $0.owner = false } }

    final func setForeground(_ foreground: Bool) { change { $0.background = !foreground } }

    /// The native call is made under the lock, so that the last word of several threads is the one that holds. It only
    /// leaves a wish and calls nobody back.
    private func change(_ body: (inout Rest) -> Void) {
        rest.withLock { rest in
            body(&rest)
            if rest.owner || rest.background { try? native.pause() } else { try? native.resume() }
        }
    }

    /// Tells that the network is another one, e.g. cellular after Wi-Fi: opens all connections anew, since what stands
    /// may be dead, and cuts waits short.
    public final func networkChanged() { try? native.networkChanged() }

    /// The newest reading of every connector. Needs no iterating.
    public final func snapshot() -> [TelemetryFrame] {
        guard let block = try? native.snapshot() else { return [] }
        // Its texts are all in it.
        var decoder = RowDecoder()
        return (try? decoder.frames(of: block)) ?? []
    }

    /// When which charger was not observed, and why: the gaps that lasted or last up to what has been taken from the
    /// stream so far, by the time at which they were noticed. The newest ``TellusConfig/gapsKept`` that ended are kept.
    public final func gaps() -> [Gap] { (try? native.gaps())?.map(Gap.init) ?? [] }

    /// How many frames of which charger were dropped because the consumer was too slow. Chargers without drops are left
    /// out.
    public final var drops: [String: UInt64] { (try? native.drops()) ?? [:] }

    /// What the stream has counted so far.
    public final var stats: StreamStats { (try? native.stats()).map(StreamStats.init) ?? StreamStats() }

    /// Which kind of stream it is, and whether it runs.
    public final var description: String { "\(type(of: self))(\(isClosed ? "closed" : "open"))" }
}
