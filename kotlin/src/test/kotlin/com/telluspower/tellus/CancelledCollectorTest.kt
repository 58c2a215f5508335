package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Test
import java.time.Instant
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** A stream whose collectors come and go still delivers every frame that was sent. */
class CancelledCollectorTest : SandboxTest("--record-frames", "--cadence-ms", "10") {
    private val two get() = sandbox.devices.take(2)

    private fun TelemetryBatch.pairs() = frames.map { it.deviceId to it.timestamp }

    /** Every frame from the first that was seen to the last, once. */
    private fun complete(seen: List<Pair<String, Instant>>) {
        assertEquals(seen.toSet().size, seen.size)
        val sent = sandbox.sentFrames()
        for (device in two) {
            val mine = seen.filter { it.first == device }
            val due = sent.filter { it.first == device && it.second in mine.first().second..mine.last().second }
            assertTrue(mine.size > 100, "${mine.size}")
            assertEquals(due, mine)
        }
    }

    @Test
    fun `however often a collector is cancelled`() = test {
        sandbox.client { copy(overflow = OverflowPolicy.Block) }.use { client ->
            client.stream(two).use { stream ->
                val seen = mutableListOf<Pair<String, Instant>>()
                var round = 0
                while (seen.size < 400) {
                    val collector = launch { stream.batches.collect { seen += it.pairs() } }
                    delay((round++ % 12).milliseconds)
                    collector.cancelAndJoin()
                }
                complete(seen)
            }
        }
    }

    @Test
    fun `and when each batch is waited for with a time`() = test {
        sandbox.client { copy(overflow = OverflowPolicy.Block) }.use { client ->
            client.stream(two).use { stream ->
                val seen = mutableListOf<Pair<String, Instant>>()
                var empty = 0
                while (seen.size < 400) {
                    val batch = stream.nextBatch(2.milliseconds)!!
                    seen += batch.pairs()
                    if (batch.frames.isEmpty()) empty++
                }
                assertTrue(empty > 10, "$empty")
                complete(seen)
                stream.close()
                while (stream.nextBatch() != null) Unit
                assertNull(stream.nextBatch(1.seconds))
            }
        }
    }
}
