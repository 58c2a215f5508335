internal import TellusBindings

/// A running delivery to a ``TelemetryListener``. Keep it: the delivery ends when it is released. Its stream is steered
/// like a ``TelemetryStream``.
public final class TelemetrySubscription: Sendable {
    private let control: StreamControl

    init(_ native: TellusBindings.ListenerSubscription, client: TellusClient) {
        control = StreamControl(native, client: client)
    }

    deinit {
        close()
    }

    /// Ends the delivery. Returns at once; may be called more than once and from anywhere, also from inside the
    /// listener. What had already arrived is delivered still, then the event ``StreamStatus/closed``.
    public func close() {
        control.close()
    }

    /// Whether it was closed, or the listener was detached because it failed too often.
    public var isClosed: Bool { control.isClosed }

    /// The chargers, each once, in alphabetical order.
    public var devices: [String] { control.devices }

    /// Adds chargers: see ``TelemetryStream/add(_:)``.
    public func add(_ devices: [String]) throws(TellusError) {
        try control.add(devices)
    }

    /// Lets chargers go: see ``TelemetryStream/remove(_:)``.
    public func remove(_ devices: [String]) {
        control.remove(devices)
    }

    /// Closes all connections until ``resume()``: see ``TelemetryStream/pause()``.
    public func pause() {
        control.pause()
    }

    /// Opens all connections again: see ``TelemetryStream/resume()``.
    public func resume() {
        control.resume()
    }

    /// Tells that the network is another one: see ``TelemetryStream/networkChanged()``.
    public func networkChanged() {
        control.networkChanged()
    }

    /// The newest reading of every connector.
    public func snapshot() -> [TelemetryFrame] { control.snapshot() }

    /// When which charger was not observed, and why: see ``TelemetryStream/gaps()``.
    public func gaps() -> [Gap] { control.gaps() }

    /// How many frames of which charger were dropped because the listener was too slow. Chargers without drops are left
    /// out.
    public var drops: [String: UInt64] { control.drops }

    /// What the stream has counted so far.
    public var stats: StreamStats { control.stats }
}

extension TelemetrySubscription: CustomStringConvertible {
    /// Whether it runs.
    public var description: String { "TelemetrySubscription(\(isClosed ? "closed" : "open"))" }
}
