package com.telluspower.tellus

import com.telluspower.tellus.ffi.Gap as NativeGap
import com.telluspower.tellus.ffi.StatusEvent as NativeStatusEvent
import com.telluspower.tellus.ffi.TelemetryListener as NativeListener

/** A listener as the native side sees it. Called by one native thread, from the first call to the last. */
internal class ListenerBridge(
    private val listener: TelemetryListener,
) : NativeListener {
    private val reader = RowReader()

    /** Keeps the subscription from the garbage collector, which would close it, for as long as its thread runs. */
    @Volatile
    var holds: TelemetrySubscription? = null

    // The whole block is read before the listener can fail: what it tells of devices is told once.
    override fun onBatch(rows: ByteArray) = callback { listener.onBatch(reader.read(rows)) }

    override fun onStatus(event: NativeStatusEvent) = callback { listener.onStatus(event.toPublic()) }

    override fun onGap(gap: NativeGap) = callback { listener.onGap(gap.toPublic()) }
}
