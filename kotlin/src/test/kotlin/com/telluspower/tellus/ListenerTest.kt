package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import com.telluspower.tellus.support.failure
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import java.lang.ref.WeakReference
import java.util.concurrent.atomic.AtomicReference
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds

class ListenerTest : SandboxTest() {
    /** Puts everything it is told into a channel, then does what the test wants. */
    private class Told(private val then: (Any) -> Unit = {}) : TelemetryListener {
        val batches = Channel<List<TelemetryFrame>>(Channel.UNLIMITED)
        val statuses = Channel<StreamStatus>(Channel.UNLIMITED)
        val threads = mutableSetOf<Thread>()

        override fun onBatch(frames: List<TelemetryFrame>) {
            threads += Thread.currentThread()
            batches.trySend(frames)
            then(frames)
        }

        override fun onStatus(event: StatusEvent) {
            threads += Thread.currentThread()
            statuses.trySend(event.status)
            then(event)
        }
    }

    @Test
    fun `batches and states arrive until the end, on one thread`() = test {
        val told = Told()
        sandbox.client().use { client ->
            val subscription = client.subscribe(sandbox.devices, told)
            assertEquals(StreamStatus.Connecting, told.statuses.receive())
            assertEquals(StreamStatus.Live, told.statuses.receive())
            repeat(5) { assertTrue(told.batches.receive().isNotEmpty()) }
            assertFalse(subscription.isClosed)
            val stats = subscription.stats()
            assertTrue(stats.frames > 0 && stats.bytes > stats.frames && stats.connections == 1L, "$stats")
            subscription.close()
            subscription.close()
            assertTrue(subscription.isClosed && subscription.stats().frames >= stats.frames)
            assertEquals(StreamStatus.Closed, told.statuses.receive())
            sandbox.awaitJournal("stream_close") { it["reason"] == "client" }
        }
        // One and the same: it was not detached and attached again in between.
        val thread = told.threads.single()
        assertEquals("tellus-listener", thread.name)
        assertTrue(thread.isDaemon, "it would keep the program from ending")
        while (thread.isAlive) delay(10.milliseconds)
    }

    @Test
    fun `close inside the callback`() = test {
        val subscription = CompletableDeferred<TelemetrySubscription>()
        val told = Told { if (it is List<*>) runBlocking { subscription.await() }.close() }
        sandbox.client().use { client ->
            subscription.complete(client.subscribe(sandbox.devices, told))
            told.batches.receive()
            while (told.statuses.receive() != StreamStatus.Closed) Unit
            sandbox.awaitJournal("stream_close") { it["reason"] == "client" }
        }
    }

    @Test
    fun `a listener that throws now and then is survived and counted`() = test {
        var calls = 0
        val told = Told { if (calls++ % 2 == 0) error("mine") }
        sandbox.client().use { client ->
            client.subscribe(sandbox.devices, told).use { subscription ->
                repeat(10) { told.batches.receive() }
                assertTrue(subscription.stats().listenerFailures >= 4, "${subscription.stats()}")
                assertFalse(subscription.isClosed)
            }
        }
    }

    @Test
    fun `a listener that always throws is let go`() = test {
        val told = Told { throw StackOverflowError() }
        sandbox.client().use { client ->
            val subscription = client.subscribe(sandbox.devices, told)
            sandbox.awaitJournal("stream_close")
            while (!subscription.isClosed) delay(10.milliseconds)
            assertEquals(10, subscription.stats().listenerFailures)
        }
    }

    @Test
    fun `nobody needs to hold a subscription or its client`() = test {
        val told = Told()
        val opened = AtomicReference(sandbox.client())
        opened.get().subscribe(sandbox.devices, told)
        val client = WeakReference(opened.getAndSet(null))
        repeat(20) {
            System.gc()
            told.batches.receive()
        }
        assertEquals(0, sandbox.journal("stream_close").size)
        client.get()!!.close()
        while (told.statuses.receive() != StreamStatus.Closed) Unit
    }

    @Test
    fun `subscriptions that were closed leave no thread behind`() = test {
        sandbox.client().use { client ->
            repeat(100) { client.subscribe(sandbox.devices, Told()).close() }
            client.subscribe(sandbox.devices, Told()).use { client.telemetry(sandbox.devices.take(1)).first() }
        }
        while (Thread.getAllStackTraces().keys.any { it.name == "tellus-listener" }) delay(10.milliseconds)
    }

    @Test
    fun `a stream that cannot work says so`() = test {
        val told = Told()
        sandbox.client().use { client ->
            client.subscribe(listOf("dvc_nowhere"), told)
            while (true) {
                val status = told.statuses.receive() as? StreamStatus.Failed ?: continue
                failure<TellusException.NotFound> { throw status.error }
                break
            }
        }
    }

    @Test
    fun `a slow listener gets what arrived meanwhile as one batch`() = test {
        val told = Told { if (it is List<*>) Thread.sleep(200) }
        sandbox.client().use { client ->
            client.subscribe(sandbox.devices, told).use {
                told.batches.receive()
                assertTrue(told.batches.receive().size > sandbox.devices.size)
            }
        }
    }
}
