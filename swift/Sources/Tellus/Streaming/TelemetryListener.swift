/// Is told what a telemetry stream delivers: always from one and the same thread, which belongs to the subscription.
///
/// Batches form by themselves: whatever has arrived while the listener was busy comes at once when it is free. A
/// listener may take its time; it holds up nothing but its own stream. What it throws is counted in
/// ``StreamStats/listenerFailures``; after ten failures, with no batch that went well in between, the subscription
/// closes.
public protocol TelemetryListener: Sendable {
    /// Frames have arrived.
    func onBatch(_ frames: [TelemetryFrame]) throws
    /// The stream does something else now. The last event of each of its connections is ``StreamStatus/closed`` or
    /// ``StreamStatus/failed(_:)``.
    func onStatus(_ event: StatusEvent) throws
    /// A charger ceases to be observed, or, told by ``Gap/isOpen``, is observed once more. Does nothing by default.
    func onGap(_ gap: Gap) throws
}

extension TelemetryListener {
    /// Does nothing.
    public func onGap(_ gap: Gap) throws {}
}
