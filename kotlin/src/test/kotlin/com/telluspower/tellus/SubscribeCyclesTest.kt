package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import org.junit.jupiter.api.Test
import java.io.File
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** Screens come and go all day: what they open must leave nothing behind. */
class SubscribeCyclesTest : SandboxTest("--allow-duplicate-streams") {
    private class Told : TelemetryListener {
        val statuses = Channel<StreamStatus>(Channel.UNLIMITED)

        override fun onBatch(frames: List<TelemetryFrame>) = Unit

        override fun onStatus(event: StatusEvent) {
            statuses.trySend(event.status)
        }

        suspend fun await(status: StreamStatus) {
            while (statuses.receive() != status) Unit
        }
    }

    private val device get() = sandbox.devices.take(1)

    /** Opens a real socket and closes it again. */
    private suspend fun connected(client: TellusClient) {
        val told = Told()
        client.subscribe(device, told).use { told.await(StreamStatus.Live) }
        told.await(StreamStatus.Closed)
    }

    /** In the background a stream opens no socket. */
    private suspend fun resting(client: TellusClient, times: Int) =
        repeat(times) {
            val told = Told()
            client.subscribe(device, told).close()
            told.await(StreamStatus.Closed)
        }

    /**
     * What is held, in MB: the heap, and what the process has beside the room that the JVM keeps for its heap, where the
     * system tells. The memory of closed streams is the garbage collector's to free.
     */
    private fun held(): Pair<Long, Long> {
        repeat(3) { System.gc() }
        val heap = Runtime.getRuntime().run { totalMemory() - freeMemory() } shr 20
        val status = File("/proc/self/status").takeIf(File::exists)?.readLines().orEmpty()
        val resident = status.find { it.startsWith("VmRSS") }?.filter(Char::isDigit)?.toLong() ?: 0
        return heap to (resident shr 10) - (Runtime.getRuntime().totalMemory() shr 20)
    }

    @Test
    fun `ten thousand subscriptions leave nothing behind`() = test(120.seconds) {
        sandbox.client().use { client ->
            repeat(1_000) { connected(client) }
            client.setForeground(false)
            resting(client, 1_000)
            val before = held()
            val after = List(8) {
                resting(client, 1_000)
                held()
            }.last()
            assertTrue(after.first - before.first < 8, "heap: $before $after")
            assertTrue(after.second - before.second < 32, "beside the heap: $before $after")
        }
        while (Thread.getAllStackTraces().keys.any { it.name == "tellus-listener" }) delay(10.milliseconds)
    }
}
