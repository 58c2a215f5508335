package com.telluspower.tellus

/**
 * Is told what a stream delivers, always from one and the same thread, which belongs to this subscription alone.
 *
 * It may take its time: whatever arrives meanwhile comes as one batch when it is free again. It may call anything of
 * the SDK, also [TelemetrySubscription.close]. Whatever it throws is counted in [StreamStats.listenerFailures] and
 * goes no further; after ten failures, with no batch that went well in between, the subscription is closed.
 */
public interface TelemetryListener {
    /** Frames have arrived, in this order; never an empty list. */
    public fun onBatch(frames: List<TelemetryFrame>)

    /** The stream does something else now. The last one is [StreamStatus.Closed] or [StreamStatus.Failed]. */
    public fun onStatus(event: StatusEvent) {}

    /** A charger is not observed any more ([Gap.isOpen]), or is again: each gap is told twice. */
    public fun onGap(gap: Gap) {}
}
