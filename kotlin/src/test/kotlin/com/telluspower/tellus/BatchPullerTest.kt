package com.telluspower.tellus

import com.telluspower.tellus.ffi.StreamControl
import com.telluspower.tellus.ffi.TelemetrySubscriptionInterface
import com.telluspower.tellus.support.failure
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestCoroutineScheduler
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Test
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import com.telluspower.tellus.ffi.TelemetryBatch as NativeBatch

/** A batch that has left the core reaches somebody, whoever is cancelled meanwhile. */
@OptIn(ExperimentalCoroutinesApi::class)
class BatchPullerTest {
    /** A native stream whose batches come when the test says so. */
    private class Native : TelemetrySubscriptionInterface {
        val batches = Channel<NativeBatch?>(Channel.UNLIMITED)
        val asked = Channel<UInt>(Channel.UNLIMITED)

        override suspend fun nextBatch(
            maxRows: UInt,
            maxWait: java.time.Duration?,
            knownDevices: UInt,
        ): NativeBatch? {
            asked.send(knownDevices)
            return batches.receive()
        }

        override fun control(): StreamControl = error("not used here")
    }

    private val rows = File("../bindings/testdata/rows.hex").readText().filterNot(Char::isWhitespace)
        .chunked(2) { it.toString().toInt(16).toByte() }.toByteArray()
    private val batch = NativeBatch(emptyList(), emptyList(), rows)
    private val native = Native()
    private val puller = BatchPuller(native)

    /** As [TelemetryStream.batches] is made. */
    private val flow: Flow<TelemetryBatch> = flow { while (puller.await()) emit(Unit) }.mapNotNull { puller.take() }

    private fun test(block: suspend kotlinx.coroutines.CoroutineScope.() -> Unit) =
        runBlocking { withTimeout(10.seconds, block) }

    @Test
    fun `cancelled before it comes`() = test {
        val collector = launch { flow.first() }
        native.asked.receive()
        collector.cancelAndJoin()
        native.batches.send(batch)
        assertEquals(3, flow.first().frames.size)
        assertTrue(native.asked.isEmpty, "it was asked twice")
    }

    @Test
    fun `cancelled when it has come and the collector has not yet run`() = test {
        // The collector's thread, which runs when the test says so.
        val screen = TestCoroutineScheduler()
        val seen = mutableListOf<TelemetryBatch>()
        val collector = launch(StandardTestDispatcher(screen)) { flow.collect(seen::add) }
        screen.runCurrent()
        native.asked.receive()
        native.batches.send(batch)
        // Its own pull has it.
        assertTrue(puller.await())
        collector.cancel()
        screen.runCurrent()
        assertEquals(0, seen.size)
        assertEquals(3, flow.first().frames.size)
    }

    @Test
    fun `two collectors share what comes`() = test {
        val collectors = List(2) { async { flow.first() } }
        repeat(2) { native.batches.send(batch) }
        assertEquals(listOf(3, 3), collectors.map { it.await().frames.size })
        assertEquals(listOf(0u, 3u), List(2) { native.asked.receive() })
    }

    @Test
    fun `time ends without taking anything`() = test {
        assertTrue(puller.await(1.milliseconds))
        assertNull(puller.take())
        native.batches.send(batch)
        assertEquals(3, flow.first().frames.size)
    }

    @Test
    fun `the end is told to all who ask`() = test {
        native.batches.send(null)
        repeat(2) { assertFalse(puller.await()) }
        assertNull(puller.take())
    }

    @Test
    fun `so is a failure`() = test {
        native.batches.send(NativeBatch(emptyList(), emptyList(), ByteArray(3)))
        repeat(2) { failure<TellusException.Decode> { flow.first() } }
    }
}
