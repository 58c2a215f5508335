package com.telluspower.tellus

import com.telluspower.tellus.ffi.ListenerSubscriptionInterface
import com.telluspower.tellus.ffi.TelemetrySubscriptionInterface
import com.telluspower.tellus.ffi.Gap as NativeGap
import com.telluspower.tellus.ffi.StreamStats as NativeStats
import com.telluspower.tellus.ffi.TelemetryFrame as NativeFrame

/**
 * The control of one stream. A closed stream's memory is left to the garbage collector, so that its counters and gaps
 * can still be read.
 */
internal class StreamHandle(
    private val core: NativeStream,
) : TelemetryControl {
    private var pausedByOwner = false
    private var inBackground = false

    override val isClosed: Boolean get() = native { core.isCancelled() }

    override val devices: List<String> get() = native { core.devices() }

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

    override fun snapshot(): List<TelemetryFrame> = native { core.snapshot() }.map { it.toPublic() }

    override fun gaps(): List<Gap> = native { core.gaps() }.map { it.toPublic() }

    override fun drops(): Map<String, Long> = native { core.drops() }.mapValues { (_, count) -> count.toLong() }

    override fun stats(): StreamStats = native { core.stats() }.toPublic()

    override fun close() = native { core.cancel() }

    @Synchronized
    private fun change(change: () -> Unit) {
        val before = pausedByOwner || inBackground
        change()
        val after = pausedByOwner || inBackground
        if (after != before) native { if (after) core.pause() else core.resume() }
    }
}

/** What the two generated kinds of streams have in common. */
internal interface NativeStream {
    fun isCancelled(): Boolean

    fun devices(): List<String>

    fun add(devices: List<String>)

    fun remove(devices: List<String>)

    fun pause()

    fun resume()

    fun networkChanged()

    fun snapshot(): List<NativeFrame>

    fun gaps(): List<NativeGap>

    fun drops(): Map<String, ULong>

    fun stats(): NativeStats

    fun cancel()
}

/** A stream to pull from. */
internal class PulledStream(
    private val core: TelemetrySubscriptionInterface,
) : NativeStream {
    override fun isCancelled() = core.isCancelled()

    override fun devices() = core.devices()

    override fun add(devices: List<String>) = core.add(devices)

    override fun remove(devices: List<String>) = core.remove(devices)

    override fun pause() = core.pause()

    override fun resume() = core.resume()

    override fun networkChanged() = core.networkChanged()

    override fun snapshot() = core.snapshot()

    override fun gaps() = core.gaps()

    override fun drops() = core.drops()

    override fun stats() = core.stats()

    override fun cancel() = core.cancel()
}

/** A stream with a listener. */
internal class DeliveredStream(
    private val core: ListenerSubscriptionInterface,
) : NativeStream {
    override fun isCancelled() = core.isCancelled()

    override fun devices() = core.devices()

    override fun add(devices: List<String>) = core.add(devices)

    override fun remove(devices: List<String>) = core.remove(devices)

    override fun pause() = core.pause()

    override fun resume() = core.resume()

    override fun networkChanged() = core.networkChanged()

    override fun snapshot() = core.snapshot()

    override fun gaps() = core.gaps()

    override fun drops() = core.drops()

    override fun stats() = core.stats()

    override fun cancel() = core.cancel()
}
