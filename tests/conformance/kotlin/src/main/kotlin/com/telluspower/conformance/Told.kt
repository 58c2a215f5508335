package com.telluspower.conformance

import com.telluspower.tellus.Gap
import com.telluspower.tellus.StatusEvent
import com.telluspower.tellus.StreamStatus
import com.telluspower.tellus.TelemetryFrame
import com.telluspower.tellus.TelemetryListener
import kotlinx.coroutines.channels.Channel
import java.util.concurrent.CountDownLatch

/**
 * A listener that notes what it is told, call by call, until the driver asks for it. [fails] has the numbers of the calls
 * that fail, by kind, counted from 1.
 */
internal class Told(
    private val fails: Map<String, List<Int>>,
) : TelemetryListener {
    private val calls = Channel<Map<String, List<Any>>>(Channel.UNLIMITED)
    private val counts = mutableMapOf<String, Int>()
    private val threads = mutableSetOf<Thread>()

    /** The connections that were told of and have not ended. */
    private val connections = mutableSetOf<Int>()
    private var ended = false

    private var released = CountDownLatch(0)

    override fun onBatch(frames: List<TelemetryFrame>) = note("frames", frames)

    override fun onStatus(event: StatusEvent) = note("events", listOf(event)) { follow(event) }

    override fun onGap(gap: Gap) = note("gaps", listOf(gap))

    /** From now on each call is noted and lasts until it is released. */
    @Synchronized
    fun hold() {
        released = CountDownLatch(1)
    }

    @Synchronized
    fun release() = released.countDown()

    /** The next call; null after the end. */
    suspend fun next(): Map<String, List<Any>>? {
        synchronized(this) {
            check(threads.size < 2) { "the listener is called from several threads" }
            calls.tryReceive().getOrNull()?.let { return it }
            if (ended) return null
        }
        return calls.receive()
    }

    private fun note(kind: String, told: List<Any>, change: () -> Unit = {}) {
        // Whoever holds the listener when this call is known already means the next one.
        val (fail, released) =
            synchronized(this) {
                threads += Thread.currentThread()
                change()
                calls.trySend(listOf("events", "gaps", "frames").associateWith { if (it == kind) told else emptyList() })
                Pair(counts.merge(kind, 1, Int::plus) in fails[kind].orEmpty(), released)
            }
        released.await()
        check(!fail) { "the case wants it so" }
    }

    private fun follow(event: StatusEvent) {
        if (event.status is StreamStatus.Closed || event.status is StreamStatus.Failed) {
            connections -= event.connection
            ended = connections.isEmpty()
        } else {
            connections += event.connection
        }
    }
}
