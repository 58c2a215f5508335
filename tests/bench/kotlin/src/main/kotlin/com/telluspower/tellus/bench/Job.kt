package com.telluspower.tellus.bench

import com.sun.management.OperatingSystemMXBean
import java.lang.management.ManagementFactory

/** What a contender is told: where the server is, and what it is to send. See `tests/bench/src/scenario.rs`. */
class Job(
    private val base: String,
    private val scenario: String,
) {
    private val parts = scenario.split('-')
    val frames = parts[0].toInt()
    val devices = List(parts[1].toInt()) { "dvc_%012x".format(it * SPREAD and MASK) }
    val baseUrl get() = "$base/$scenario/v1"
    val webSocket get() = "${baseUrl.replaceFirst("http", "ws")}/operator/stream?devices=${devices.joinToString(",")}"

    private companion object {
        const val SPREAD = 0x9E37_79B9_7F4BL
        const val MASK = 0xFFFF_FFFF_FFFFL
    }
}

/** Runs so often before a run counts: by then all is compiled. */
private const val RUNS = 2

private val system = ManagementFactory.getOperatingSystemMXBean() as OperatingSystemMXBean

/** Processor time of this process in seconds: all its threads, the virtual machine's own too, with the kernel's part. */
fun cpu(): Double = system.processCpuTime / 1e9

/** Lets a contender read the frames of [job] until it is warm, and tells what the last time cost. */
fun measure(job: Job, read: (Job) -> Pair<Sums, Double>) {
    repeat(RUNS) { read(job) }
    val (sums, since) = read(job)
    println("""{"frames": ${sums.frames}, "cpu": ${cpu() - since}, "checksum": $sums}""")
}
