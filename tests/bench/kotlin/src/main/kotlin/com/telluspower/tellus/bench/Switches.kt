package com.telluspower.tellus.bench

import java.io.File

/** What opening a stream leaves to do at once, such as compiling, is over then. */
private const val SETTLE_MS = 5_000L
private const val WATCHED_MS = 20_000L

/** Changes of context in a minute by the threads' names, as JSON, most first: those of the SDK, and all. */
fun switches(): String {
    Thread.sleep(SETTLE_MS)
    val before = counted()
    Thread.sleep(WATCHED_MS)
    val after = counted()
    val threads = after.mapValues { (thread, count) -> (count - (before[thread] ?: 0)) * 60_000 / WATCHED_MS }
    val byName = threads.entries.groupBy({ it.key.second }, { it.value }).mapValues { (_, counts) -> counts.sum() }
    val named = byName.filterValues { it > 0 }.entries.sortedByDescending { it.value }
    val told = named.joinToString { (name, count) -> """"$name": $count""" }
    val sdk = byName.filterKeys { it.startsWith("tellus") }.values.sum()
    return """{"sdk": $sdk, "all": ${byName.values.sum()}, "threads": {$told}}"""
}

/** Of each thread, as its number and its name. The thread that counts is not counted. */
private fun counted(): Map<Pair<String, String>, Long> {
    val own = File("/proc/thread-self").canonicalFile.name
    val tasks = File("/proc/self/task").listFiles().orEmpty().filter { it.name != own }
    return tasks.associate { task ->
        val status = File(task, "status").readLines().associate { it.substringBefore(':') to it.substringAfter(':').trim() }
        (task.name to status.getValue("Name")) to
            status.filterKeys { it.endsWith("ctxt_switches") }.values.sumOf(String::toLong)
    }
}
