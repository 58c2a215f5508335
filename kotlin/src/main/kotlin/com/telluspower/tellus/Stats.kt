package com.telluspower.tellus

import kotlin.time.Duration

/** A class of calls that has a limit per minute of its own. */
public enum class QuotaClass {
    /** Reads. */
    Query,

    /** Commands. */
    Control,

    /** Requests for tokens. */
    Token,
}

/** A client's counters for its calls, since it was made. Streams count for themselves. */
public data class ClientStats(
    /** Requests sent, repeated ones included, those for tokens not. */
    val requests: Long,
    /** Requests that were repeated, after whatever failure. */
    val retries: Long,
    /** Answers that said that there were too many requests. */
    val rateLimited: Long,
    /** Calls that failed in the end. */
    val failures: Long,
    /** Tokens asked for, successfully or not. */
    val tokenRefreshes: Long,
)

/** A stream's counters, since it was opened. */
public data class StreamStats(
    /** Frames received and understood, without duplicates. */
    val frames: Long,
    /** Bytes of text received. */
    val bytes: Long,
    /** Connections opened. */
    val connections: Long,
    /** Those of them that took the place of one that was lost, or was closed to be opened anew. */
    val reconnects: Long,
    /** Frames dropped because the consumer was too slow. */
    val dropped: Long,
    /** Frames dropped because the very same frame had just been received. */
    val duplicates: Long,
    /** Messages that are no telemetry frame. */
    val malformed: Long,
    /** Frames that are legal, yet not of the documented shape: they cost more to read. */
    val unusual: Long,
    /** Connector readings that wait for the consumer. */
    val waitingRows: Long,
    /** Devices that are not observed at present. */
    val openGaps: Long,
    /** Ended gaps that were forgotten because there were too many of them. */
    val forgottenGaps: Long,
    /** From the charger's time of a frame to its delivery. */
    val latency: LatencyStats,
    /** Calls of the listener that threw. */
    val listenerFailures: Long,
)

/**
 * How long frames take from the charger's clock to their delivery, to the next power of two of microseconds. It holds
 * the difference between the charger's clock and this machine's, too. Without frames there are no delays.
 */
public data class LatencyStats(
    /** Frames counted. */
    val count: Long,
    /** Frames from the future: the charger's clock is ahead of this machine's. */
    val ahead: Long,
    /** Half of the frames took less. */
    val p50: Duration?,
    /** Nine in ten frames took less. */
    val p90: Duration?,
    /** Ninety-nine in a hundred frames took less. */
    val p99: Duration?,
    /** All frames took less. */
    val max: Duration?,
)
