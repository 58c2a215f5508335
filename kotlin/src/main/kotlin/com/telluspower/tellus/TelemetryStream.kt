package com.telluspower.tellus

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.transform
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
    /** How many connections there are, open or on the way to it. */
    public val connections: Int
        get() = native { core.connections() }.toInt()

    /**
     * What arrives, in batches. Collecting takes it out of the stream, so that several collectors share it; leaving the
     * collector does not close the stream, and collecting again goes on. A collector that is cancelled may take a last
     * batch with it. Ends when the stream is closed; throws when it failed for good.
     */
    public val batches: Flow<TelemetryBatch> =
        flow {
            while (true) {
                val batch = awaitNative { core.nextBatch(BATCH_ROWS, null)?.toPublic() } ?: break
                emit(batch)
            }
        }

    /** Like [batches], frame by frame. */
    public val frames: Flow<TelemetryFrame> =
        batches.transform { batch -> batch.frames.forEach { emit(it) } }

    /** Closes it and frees its memory at once. Nobody may use it any more. */
    internal fun release() {
        close()
        core.destroy()
    }

    private companion object {
        /** Most connector readings in a batch. */
        const val BATCH_ROWS = 4096u
    }
}
