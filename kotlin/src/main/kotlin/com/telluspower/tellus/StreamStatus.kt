package com.telluspower.tellus

import java.time.Instant
import kotlin.time.Duration

/** A change of what a stream is doing. */
public data class StatusEvent(
    /** When it changed, by this machine's clock. */
    val at: Instant,
    /** Which of the stream's connections, counted from 0. A stream of few devices has one only. */
    val connection: Int,
    /** What the stream does from then on. */
    val status: StreamStatus,
)

/** What a telemetry stream is doing. */
public sealed class StreamStatus {
    /** It opens a connection. */
    public data object Connecting : StreamStatus()

    /** The connection stands; frames may arrive. */
    public data object Live : StreamStatus()

    /** The connection was lost or refused, and the stream will try again by itself. */
    public data class Waiting(
        /** How long until the next try. */
        val retryIn: Duration,
        /** Why there is no connection. */
        val error: TellusException,
    ) : StreamStatus()

    /** It was told to rest, and holds no connection until it is resumed. */
    public data object Paused : StreamStatus()

    /** It was closed by its owner. Nothing follows. */
    public data object Closed : StreamStatus()

    /** It ended for good, because trying again cannot help. Nothing follows. */
    public data class Failed(
        /** Why. */
        val error: TellusException,
    ) : StreamStatus()
}
