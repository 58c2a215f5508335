package com.telluspower.tellus

import com.telluspower.tellus.ffi.CallbackException
import com.telluspower.tellus.ffi.Gap as NativeGap
import com.telluspower.tellus.ffi.StatusEvent as NativeStatusEvent
import com.telluspower.tellus.ffi.TelemetryFrame as NativeFrame
import com.telluspower.tellus.ffi.TelemetryListener as NativeListener

/** A listener as the native side sees it. Called by one native thread, from the first call to the last. */
internal class ListenerBridge(
    private val listener: TelemetryListener,
) : NativeListener {
    /** Keeps the subscription from the garbage collector, which would close it, for as long as its thread runs. */
    @Volatile
    var holds: TelemetrySubscription? = null

    override fun onBatch(frames: List<NativeFrame>) = deliver { listener.onBatch(frames.map { it.toPublic() }) }

    override fun onStatus(event: NativeStatusEvent) = deliver { listener.onStatus(event.toPublic()) }

    override fun onGap(gap: NativeGap) = deliver { listener.onGap(gap.toPublic()) }

    private inline fun deliver(call: () -> Unit) {
        try {
            call()
        } catch (error: Throwable) {
            throw CallbackException.Failed(error.firstLine())
        }
    }
}
