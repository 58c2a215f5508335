package com.telluspower.tellus

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration
import com.telluspower.tellus.ffi.TelemetryBatch as NativeBatch
import com.telluspower.tellus.ffi.TelemetrySubscriptionInterface as NativeSubscription

/**
 * Takes batches out of a stream. Who waits for one may be cancelled at any moment, also when it has just come; so
 * nobody waits for the stream itself, but for a pull that belongs to no caller and whose batch stays until it is taken.
 */
internal class BatchPuller(
    private val core: NativeSubscription,
) {
    private val reader = RowReader()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private var pull: Job? = null

    /** What the pull came to. A batch stays until it is taken; the end and a failure stay for all who ask. */
    private var came: Result<TelemetryBatch?>? = null

    /** Waits until [take] may have something, or the time is over. False after the end; throws why the stream failed. */
    suspend fun await(maxWait: Duration = Duration.INFINITE): Boolean {
        val pull = current()
        if (maxWait.isFinite()) withTimeoutOrNull(maxWait) { pull.join() } else pull.join()
        val came = synchronized(this) { came } ?: return true
        return came.getOrThrow() != null
    }

    /** The batch that has come, if nobody else has taken it. */
    @Synchronized
    fun take(): TelemetryBatch? {
        val batch = came?.getOrNull() ?: return null
        came = null
        pull = null
        return batch
    }

    @Synchronized
    private fun current(): Job = pull ?: scope.launch { pull() }.also { pull = it }

    // One at a time, so that the reader knows what it said it knew.
    private suspend fun pull() {
        val result =
            runCatching { native { core.nextBatch(BATCH_ROWS, null, reader.knownDevices.toUInt())?.toPublic() } }
        synchronized(this) { came = result }
    }

    private fun NativeBatch.toPublic() =
        TelemetryBatch(events.map { it.toPublic() }, gaps.map { it.toPublic() }, reader.read(rows))

    private companion object {
        /** Most connector readings in a batch. */
        const val BATCH_ROWS = 4096u
    }
}
