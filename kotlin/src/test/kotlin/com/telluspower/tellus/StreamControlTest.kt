package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import com.telluspower.tellus.support.failure
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** What can be done to a stream while it runs. */
class StreamControlTest : SandboxTest() {
    private val two get() = sandbox.devices.take(2).sorted()

    private fun opened() = sandbox.journal("stream_open").size

    private fun ended() = sandbox.journal("stream_close").size

    private suspend fun until(holds: () -> Boolean) {
        val waited = withTimeoutOrNull(5.seconds) { while (!holds()) delay(20.milliseconds) }
        assertNotNull(waited, "${sandbox.journal("stream_open")} ${sandbox.journal("stream_close")}")
    }

    @Test
    fun `a lost connection is a gap of each charger`() = test {
        sandbox.client().use { client ->
            client.stream(two).use { stream ->
                val seen = mutableSetOf<String>()
                stream.frames.first { seen.add(it.deviceId) && seen.size == 2 }
                sandbox.inject("""{"kind": "stream_drop"}""")
                val told = mutableListOf<Gap>()
                stream.batches.first { batch ->
                    told += batch.gaps
                    told.count { it.cause == GapCause.Reconnect && !it.isOpen } == 2
                }
                val gaps = stream.gaps().filter { it.cause == GapCause.Reconnect }
                assertEquals(two, gaps.map { it.deviceId }.sorted())
                assertTrue(gaps.all { it in told && it.last!!.timestamp < it.next!!.timestamp }, "$gaps")
                val first = stream.gaps().filter { it.cause == GapCause.Connecting }
                assertTrue(first.size == 2 && first.all { it.last == null && it.closedAt != null }, "$first")
                assertEquals(0L to 1L, stream.stats().run { openGaps to reconnects })
            }
        }
    }

    @Test
    fun `pausing closes the socket and resuming opens it`() = test {
        sandbox.client().use { client ->
            client.stream(two).use { stream ->
                stream.frames.first()
                stream.pause()
                stream.pause()
                sandbox.awaitJournal("stream_close") { it["reason"] == "client" }
                assertEquals(1, opened())
                stream.resume()
                stream.batches.first { batch -> batch.gaps.any { it.cause == GapCause.Paused && !it.isOpen } }
                assertEquals(2, opened())
            }
        }
    }

    @Test
    fun `in the background all streams rest, save for what their owner says`() = test {
        // The platform lets nobody open a second stream of the same chargers.
        val one = sandbox.devices.map(::listOf)
        sandbox.client().use { client ->
            val job = launch { client.telemetry(one[0]).collect {} }
            val own = client.stream(one[1])
            val listened = client.subscribe(one[2], object : TelemetryListener {
                override fun onBatch(frames: List<TelemetryFrame>) = Unit
            })
            until { opened() == 3 }
            own.pause()
            until { ended() == 1 }
            client.setForeground(false)
            client.setForeground(false)
            until { ended() == 3 }
            val late = client.stream(one[3])
            late.batches.first { batch -> batch.events.any { it.status == StreamStatus.Paused } }
            until { opened() - ended() == 0 }
            client.setForeground(true)
            until { opened() - ended() == 3 }
            own.resume()
            until { opened() - ended() == 4 }
            job.cancel()
            own.close()
            listened.close()
            late.close()
            until { opened() == ended() }
        }
    }

    @Test
    fun `another network opens all connections anew`() = test {
        sandbox.client().use { client ->
            client.stream(two).use { stream ->
                stream.frames.first()
                stream.networkChanged()
                until { opened() == 2 && ended() == 1 }
                delay(1000.milliseconds)
                client.networkChanged()
                until { opened() == 3 && ended() == 2 }
                assertEquals(1, stream.connections)
            }
            client.networkChanged()
        }
    }

    @Test
    fun `chargers come and go`() = test {
        sandbox.client().use { client ->
            client.stream(two.take(1)).use { stream ->
                assertEquals(two.take(1), stream.devices)
                stream.add(two)
                assertEquals(two, stream.devices)
                stream.frames.first { it.deviceId == two[1] }
                stream.remove(two.take(1))
                assertEquals(two.drop(1), stream.devices)
                sandbox.awaitJournal("stream_open") { it["devices"] == two.drop(1) }
                stream.remove(two)
                until { stream.isClosed }
                stream.batches.toList()
            }
        }
    }

    @Test
    fun `the newest of every connector, without collecting`() = test {
        sandbox.client().use { client ->
            client.stream(sandbox.devices).use { stream ->
                until { stream.snapshot().map { it.deviceId }.toSet() == sandbox.devices.toSet() }
                val before = stream.snapshot().associate { it.deviceId to it.timestamp }
                until { stream.snapshot().all { it.timestamp > before[it.deviceId] } }
                assertEquals(emptyMap(), stream.drops())
                assertEquals(0, stream.stats().latency.count)
                stream.frames.first()
                val latency = stream.stats().latency
                assertTrue(latency.count > 0 && latency.p50!! <= latency.p90!! && latency.p99!! <= latency.max!!)
            }
        }
    }

    @Test
    fun `what a slow consumer loses is counted for each charger`() = test {
        sandbox.client { copy(mailboxRows = 4, overflow = OverflowPolicy.DropOldest) }.use { client ->
            client.stream(two).use { stream ->
                until { stream.stats().dropped > 10 }
                val gaps = stream.batches.first { it.frames.isNotEmpty() }.gaps
                assertTrue(gaps.any { it.cause == GapCause.Dropped } || stream.gaps().isNotEmpty(), "$gaps")
                assertTrue(stream.drops().values.sum() > 10 && stream.drops().keys.all { it in two })
            }
        }
    }

    @Test
    fun `a closed stream still tells what it counted`() = test {
        sandbox.client().use { client ->
            val stream = client.stream(two)
            stream.frames.first()
            assertFalse(stream.isClosed)
            stream.close()
            stream.close()
            assertTrue(stream.isClosed)
            stream.batches.toList()
            assertTrue(stream.stats().frames > 0 && stream.gaps().isNotEmpty())
            stream.pause()
            stream.resume()
            stream.networkChanged()
            failure<TellusException.Closed> { stream.add(sandbox.devices) }
        }
    }

    @Test
    fun `a listener is told of gaps and can be controlled`() = test {
        val gaps = Channel<Gap>(Channel.UNLIMITED)
        val listener = object : TelemetryListener {
            override fun onBatch(frames: List<TelemetryFrame>) = Unit

            override fun onGap(gap: Gap) {
                gaps.trySend(gap)
            }
        }
        sandbox.client().use { client ->
            client.subscribe(two.take(1), listener).use { subscription ->
                assertEquals(GapCause.Connecting to true, gaps.receive().run { cause to isOpen })
                assertEquals(GapCause.Connecting to false, gaps.receive().run { cause to isOpen })
                subscription.pause()
                assertEquals(GapCause.Paused to true, gaps.receive().run { cause to isOpen })
                subscription.resume()
                assertEquals(GapCause.Paused to false, gaps.receive().run { cause to isOpen })
                assertEquals(two.take(1), subscription.snapshot().map { it.deviceId })
                subscription.add(two)
                assertEquals(two, subscription.devices)
                subscription.remove(two.take(1))
                assertEquals(two.drop(1), subscription.devices)
                assertTrue(subscription.gaps().isNotEmpty() && subscription.drops().isEmpty())
            }
        }
    }
}
