package com.telluspower.tellus.bench

import com.telluspower.tellus.Credentials
import com.telluspower.tellus.OverflowPolicy
import com.telluspower.tellus.ProxySetting
import com.telluspower.tellus.StatusEvent
import com.telluspower.tellus.StreamStatus
import com.telluspower.tellus.TelemetryFrame
import com.telluspower.tellus.TelemetryListener
import com.telluspower.tellus.TellusClient
import com.telluspower.tellus.TellusConfig
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import java.time.Duration
import java.time.Instant
import java.util.concurrent.CountDownLatch

/** So many callbacks, and all is compiled, as it is on a phone from the start. */
private const val WARM_UP = "20000-1-1-paced5000"

/** The SDK as a contender: `MODE BASE SCENARIO`, where the mode is `frames`, `latency` or `idle`. */
fun main(args: Array<String>) {
    val job = Job(args[1], args[2])
    when (args[0]) {
        "frames" -> measure(job, ::frames)
        "latency" -> {
            delays(Job(args[1], WARM_UP))
            latency(job)
        }
        "idle" -> idle(job)
        else -> error("no such mode: ${args[0]}")
    }
}

private fun client(job: Job) =
    TellusClient(
        TellusConfig(job.baseUrl, proxy = ProxySetting.Direct, overflow = OverflowPolicy.Block),
        Credentials.ClientSecret("id", "secret"),
    )

/** Socket → `Flow` of records, every field looked at. */
private fun frames(job: Job): Pair<Sums, Double> =
    client(job).use { client ->
        client.stream(job.devices).use { stream ->
            while (stream.stats().connections == 0L) Thread.sleep(1)
            val since = cpu()
            val sums = Sums()
            runBlocking {
                stream.frames.first { frame ->
                    sums.add(frame)
                    sums.frames == job.frames
                }
            }
            sums to since
        }
    }

private fun Sums.add(frame: TelemetryFrame) {
    frame(frame.deviceId, frame.timestamp)
    for (each in frame.connectors) {
        reading(each.connectorId, each.state?.text, each.power, each.energyDelivered, each.soc)
    }
}

/** Socket → callback: the frames' timestamps are the times of sending. */
private class Delays(private val expected: Int) : TelemetryListener {
    val done = CountDownLatch(1)
    val live = CountDownLatch(1)
    val micros = ArrayList<Long>(expected)

    override fun onBatch(frames: List<TelemetryFrame>) {
        val now = Instant.now()
        frames.forEach { micros += Duration.between(it.timestamp, now).toNanos() / 1000 }
        if (micros.size >= expected) done.countDown()
    }

    override fun onStatus(event: StatusEvent) {
        if (event.status == StreamStatus.Live) live.countDown()
    }
}

private fun delays(job: Job): List<Long> {
    val delays = Delays(job.frames)
    client(job).use { client -> client.subscribe(job.devices, delays).use { delays.done.await() } }
    // Without the first tenth, in which everything is new.
    return delays.micros.drop(job.frames / 10).sorted()
}

private fun latency(job: Job) {
    val since = cpu()
    val sorted = delays(job)
    val (half, most) = sorted[sorted.size / 2] to sorted[sorted.size * 99 / 100]
    println("""{"frames": ${job.frames}, "cpu": ${cpu() - since}, "p50": $half, "p99": $most}""")
}

/** How often the process's threads are switched to while a stream stands and nothing comes. */
private fun idle(job: Job) {
    val nothing = Delays(expected = 1)
    client(job).use { client ->
        client.subscribe(job.devices, nothing).use {
            nothing.live.await()
            println(switches())
        }
    }
}
