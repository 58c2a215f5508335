package com.telluspower.tellus

import com.telluspower.tellus.ffi.StreamControl as NativeControl

/**
 * The control of one stream, however it delivers. A closed stream's memory is left to the garbage collector, so that its
 * counters and gaps can still be read.
 */
internal class StreamHandle(
    private val core: NativeControl,
) : TelemetryControl {
    private var pausedByOwner = false
    private var inBackground = false

    override val isClosed: Boolean get() = native { core.isCancelled() }

    override val devices: List<String> get() = native { core.devices() }

    override val connections: Int get() = native { core.connections() }.toInt()

    override fun add(devices: Collection<String>) = native { core.add(devices.toList()) }

    override fun remove(devices: Collection<String>) = native { core.remove(devices.toList()) }

    override fun pause() =
        change {
            pausedByOwner = true
        }

    override fun resume() =
        change {
            pausedByOwner = false
        }

    /** The app is looked at, or not: a stream that its owner paused stays so. */
    fun setForeground(foreground: Boolean) =
        change {
            inBackground = !foreground
        }

    override fun networkChanged() = native { core.networkChanged() }

    override fun snapshot(): List<TelemetryFrame> = native { RowReader().read(core.snapshot()) }

    override fun gaps(): List<Gap> = native { core.gaps() }.map { it.toPublic() }

    override fun drops(): Map<String, Long> = native { core.drops() }.mapValues { (_, count) -> count.toLong() }

    override fun stats(): StreamStats = native { core.stats() }.toPublic()

    override fun close() = native { core.cancel() }

    /** Frees its memory at once. Nobody may use it any more. */
    fun release() = core.destroy()

    @Synchronized
    private fun change(change: () -> Unit) {
        val before = pausedByOwner || inBackground
        change()
        val after = pausedByOwner || inBackground
        if (after != before) native { if (after) core.pause() else core.resume() }
    }
}
