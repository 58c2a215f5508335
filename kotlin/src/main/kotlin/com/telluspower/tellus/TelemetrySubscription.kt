package com.telluspower.tellus

import com.telluspower.tellus.ffi.ListenerSubscription as NativeSubscription

/**
 * A running delivery to a [TelemetryListener]. It goes on until it, or its client, is closed; nobody needs to hold it
 * for that.
 */
public class TelemetrySubscription internal constructor(
    private val core: NativeSubscription,
    /** Held, since a client that nobody holds is closed by the garbage collector, and its streams with it. */
    @Suppress("unused") private val client: TellusClient,
) : AutoCloseable {
    private var lastStats: StreamStats? = null

    /** Whether it was closed, by [close], by its client, or because its listener threw too often. */
    public val isClosed: Boolean
        @Synchronized get() = lastStats != null || native { core.isCancelled() }

    /** What the stream has counted so far, or had counted when it was closed. */
    @Synchronized
    public fun stats(): StreamStats = lastStats ?: native { core.stats() }.toPublic()

    /**
     * Ends the delivery. Returns at once; may be called more than once and from anywhere, also from inside the
     * listener. A batch that is being delivered is finished, and what had already arrived is delivered, too; the
     * listener's last call is [StreamStatus.Closed].
     */
    @Synchronized
    override fun close() {
        if (lastStats != null) return
        native { core.cancel() }
        lastStats = native { core.stats() }.toPublic()
        core.destroy()
    }
}
