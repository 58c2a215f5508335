package com.telluspower.tellus

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.flow.transform
import kotlin.time.Duration
import kotlin.time.TimeSource
import com.telluspower.tellus.ffi.TelemetrySubscription as NativeSubscription

/**
 * An open telemetry stream to collect from, and to control meanwhile. It runs from the moment it is opened until it, or
 * its client, is closed, whether it is collected or not: what nobody collects waits, up to [TellusConfig.mailboxRows].
 */
public class TelemetryStream internal constructor(
    private val core: NativeSubscription,
    internal val handle: StreamHandle,
    /** Held, since a client that nobody holds is closed by the garbage collector, and its streams with it. */
    @Suppress("unused") private val client: TellusClient,
) : TelemetryControl by handle {
    private val puller = BatchPuller(core)

    /**
     * What arrives, in batches. Collecting takes it out of the stream, so that several collectors share it; leaving the
     * collector does not close the stream, and collecting again goes on: a batch is taken at the very moment at which
     * the collector gets it. Ends when the stream is closed; throws when it failed for good.
     */
    public val batches: Flow<TelemetryBatch> =
        flow { while (puller.await()) emit(Unit) }
            // Behind `emit`, which looks whether the collector is cancelled: what is taken is delivered.
            .mapNotNull { puller.take() }

    /** Like [batches], frame by frame. A collector that leaves, or is cancelled, takes the rest of a batch with it. */
    public val frames: Flow<TelemetryFrame> =
        batches.transform { batch -> batch.frames.forEach { emit(it) } }

    /**
     * The next batch: at once if something waits, an empty one if nothing comes for so long, null after the end.
     * Cancelling it loses nothing. `withTimeout` around it would, since that may end in the moment of returning: give it
     * the time instead.
     *
     * @param maxWait how long to wait; null: until something comes
     */
    public suspend fun nextBatch(maxWait: Duration? = null): TelemetryBatch? {
        val end = TimeSource.Monotonic.markNow() + (maxWait ?: Duration.INFINITE)
        while (puller.await(-end.elapsedNow())) {
            puller.take()?.let { return it }
            if (end.hasPassedNow()) return TelemetryBatch(emptyList(), emptyList(), emptyList())
        }
        return null
    }

    /** Closes it and frees its memory at once. Nobody may use it any more. */
    internal fun release() {
        close()
        core.destroy()
        handle.release()
    }
}
