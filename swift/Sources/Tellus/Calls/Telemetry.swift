internal import TellusBindings

/// Live telemetry.
extension TellusClient {
    /// The live telemetry of these chargers, frame by frame. Iterating opens the connection; leaving the loop, or
    /// cancelling its task, closes it.
    public func telemetry(devices: [String]) -> TelemetrySequence {
        TelemetrySequence(source: .devices(devices, self))
    }

    /// The live telemetry of these chargers in batches of at most `maxRows` connector readings, with what happens to
    /// the stream itself, and with its gaps. Opens and closes like ``telemetry(devices:)``.
    public func telemetryBatches(devices: [String], maxRows: Int = 1024) -> TelemetryBatchSequence {
        TelemetryBatchSequence(source: .devices(devices, self), maxRows: maxRows)
    }

    /// Opens a stream with the live telemetry of these chargers, which can be steered while it is iterated over: paused,
    /// or given other chargers. Returns at once; the connection comes about meanwhile.
    public func stream(devices: [String]) throws(TellusError) -> TelemetryStream {
        try translated { try TelemetryStream(native.telemetry(devices: devices), client: self) }
    }

    /// Delivers the live telemetry of these chargers to a listener until the subscription is closed or released.
    public func subscribe(
        devices: [String],
        listener: any TelemetryListener
    ) throws(TellusError) -> TelemetrySubscription {
        try translated {
            try TelemetrySubscription(
                native.subscribe(devices: devices, listener: ListenerBridge(listener)), client: self)
        }
    }

    /// Tells whether the app is in the foreground: in the background all streams of this client rest, also those that
    /// are opened meanwhile. Back in the foreground all go on, but for those that ``TelemetryControl/pause()`` holds.
    /// Returns at once.
    public func setForeground(_ foreground: Bool) {
        streams.setForeground(foreground)
    }

    /// Tells all streams of this client that the network is another one: see ``TelemetryControl/networkChanged()``.
    /// Returns at once.
    public func networkChanged() {
        streams.networkChanged()
    }
}
