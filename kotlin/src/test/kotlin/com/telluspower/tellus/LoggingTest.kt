package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

class LoggingTest : SandboxTest() {
    private val lines = Channel<Pair<LogLevel, String>>(Channel.UNLIMITED)
    private val threads = mutableSetOf<Thread>()
    private val sink = LogSink { level, line ->
        threads += Thread.currentThread()
        lines.trySend(level to line)
    }

    @AfterEach
    fun quiet() = Tellus.setLogSink(sink = null)

    /** Makes the SDK try a call again, of which it tells at [LogLevel.Debug]. */
    private suspend fun fail() {
        sandbox.inject("""{"kind": "html", "status": 502, "path": "/operator/devices"}""")
        sandbox.client().use { it.device(sandbox.devices.first()) }
    }

    /** Makes it lose a connection, of which it tells at [LogLevel.Info]. */
    private suspend fun lose() {
        sandbox.client().use { client ->
            client.stream(sandbox.devices).use { stream ->
                stream.frames.first()
                sandbox.inject("""{"kind": "stream_drop"}""")
                stream.batches.first { batch -> batch.events.any { it.status is StreamStatus.Waiting } }
            }
        }
    }

    @Test
    fun `lines up to the level arrive, on one thread`() = test {
        Tellus.setLogSink(LogLevel.Debug, sink)
        fail()
        val (level, line) = lines.receive()
        assertEquals(LogLevel.Debug, level)
        assertContains(line, "trying again")
        assertFalse(sandbox.clientSecret in line)
        lose()
        while (lines.receive().first != LogLevel.Info) Unit
        val thread = threads.single()
        assertEquals("tellus-log" to true, thread.name to thread.isDaemon)
    }

    @Test
    fun `others do not`() = test {
        Tellus.setLogSink { level, line -> sink.log(level, line) }
        fail()
        lose()
        assertEquals(LogLevel.Info, lines.receive().first)
        Tellus.setLogSink(LogLevel.Debug, null)
        fail()
        assertTrue(lines.isEmpty || lines.receive().first == LogLevel.Info)
    }

    @Test
    fun `a sink that throws harms nobody`() = test {
        val calls = Channel<Unit>(Channel.UNLIMITED)
        Tellus.setLogSink(LogLevel.Debug) { _, _ ->
            calls.trySend(Unit)
            throw StackOverflowError()
        }
        repeat(2) {
            fail()
            calls.receive()
        }
    }
}
