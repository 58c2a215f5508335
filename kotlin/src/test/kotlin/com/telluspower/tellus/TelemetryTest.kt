package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import com.telluspower.tellus.support.failure
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.measureTime
import kotlin.time.Duration.Companion.seconds

class TelemetryTest : SandboxTest() {
    @Test
    fun `a flow is cold and each collection is a stream of its own`() = test {
        sandbox.client().use { client ->
            val frames = client.telemetry(sandbox.devices.take(2))
            assertEquals(0, sandbox.journal("stream_open").size)
            val seen = frames.take(10).toList()
            assertEquals(sandbox.devices.take(2).toSet(), seen.map { it.deviceId }.toSet())
            assertTrue(seen.all { frame -> frame.connectors.all { it.power != null && it.state != null } }, "$seen")
            sandbox.awaitJournal("stream_close")
            frames.first()
            assertEquals(2, sandbox.journal("stream_open").size)
        }
    }

    @Test
    fun `batches tell how the connection comes about`() = test {
        sandbox.client().use { client ->
            val events = mutableListOf<StatusEvent>()
            client.telemetryBatches(sandbox.devices).onEach { events += it.events }.first { it.frames.isNotEmpty() }
            assertEquals(listOf<StreamStatus>(StreamStatus.Connecting, StreamStatus.Live), events.map { it.status })
        }
    }

    @Test
    fun `leaving the collector closes the socket`() = test {
        sandbox.client().use { client ->
            client.telemetry(sandbox.devices).first()
            sandbox.awaitJournal("stream_close") { it["reason"] == "client" }
        }
    }

    @Test
    fun `cancelling the coroutine closes the socket`() = test {
        sandbox.client().use { client ->
            val job = launch { client.telemetry(sandbox.devices).collect() }
            sandbox.awaitJournal("stream_open")
            val took = measureTime { job.cancelAndJoin() }
            assertTrue(took < 1.seconds, "$took")
            sandbox.awaitJournal("stream_close") { it["reason"] == "client" }
        }
    }

    @Test
    fun `an exception in the collector closes the socket and comes through`() = test {
        sandbox.client().use { client ->
            val thrown = runCatching { client.telemetry(sandbox.devices).collect { error("mine") } }.exceptionOrNull()
            assertEquals("mine", assertIs<IllegalStateException>(thrown).message)
            sandbox.awaitJournal("stream_close") { it["reason"] == "client" }
        }
    }

    @Test
    fun `closing the client ends the flow`() = test {
        val client = sandbox.client()
        val frames = async { client.telemetry(sandbox.devices).toList() }
        sandbox.awaitJournal("stream_open")
        client.close()
        frames.await()
        sandbox.awaitJournal("stream_close")
    }

    @Test
    fun `a stream that cannot work throws what is wrong`() = test {
        sandbox.client().use { client ->
            val error = failure<TellusException.NotFound> { client.telemetry(listOf("dvc_nowhere")).first() }
            assertEquals(404, error.httpStatus)
        }
    }

    @Test
    fun `a lost connection comes back by itself`() = test {
        sandbox.client().use { client ->
            val statuses = mutableListOf<StreamStatus>()
            var dropped = false
            client.telemetryBatches(sandbox.devices).first { batch ->
                statuses += batch.events.map { it.status }
                if (batch.frames.isNotEmpty() && !dropped) {
                    dropped = true
                    sandbox.inject("""{"kind": "stream_drop"}""")
                }
                batch.frames.isNotEmpty() && StreamStatus.Live in statuses.drop(2)
            }
            val waiting = statuses.filterIsInstance<StreamStatus.Waiting>().single()
            assertIs<TellusException.Connection>(waiting.error)
        }
    }

    @Test
    fun `a restart of the platform under a live flow`() = test {
        sandbox.client().use { client ->
            var seen = 0
            var restarted = false
            client.telemetry(sandbox.devices).first {
                seen++
                if (seen == 5) {
                    withContext(Dispatchers.IO) { sandbox.restart(300.milliseconds) }
                    restarted = true
                }
                restarted && sandbox.journal("stream_open").isNotEmpty()
            }
        }
        // The new one knows none of the old one's tokens.
        assertEquals(1, sandbox.journal("token_issued").size)
    }

    @Test
    fun `the threads that answer calls stay attached and do not keep the program from ending`() = test {
        sandbox.client().use { client ->
            client.telemetry(sandbox.devices).take(20).collect()
            val threads = Thread.getAllStackTraces().keys.filter { it.name == "tellus-io" }
            assertTrue(threads.size in 1..2 && threads.all { it.isDaemon }, "$threads")
        }
    }

    @Test
    fun `code of the collector never runs on a native thread`() = test {
        sandbox.client().use { client ->
            withContext(Dispatchers.Unconfined) {
                client.telemetry(sandbox.devices).take(5).collect {
                    assertTrue("DefaultDispatcher" in Thread.currentThread().name, Thread.currentThread().name)
                }
                client.device(sandbox.devices.first())
                assertFalse("tellus" in Thread.currentThread().name, Thread.currentThread().name)
            }
        }
    }
}
