package com.telluspower.tellus

import java.time.Instant

/**
 * An interval in which a device was not observed: from the last frame that was delivered to the next one. The platform
 * has no replay, so what happened in between is not known.
 */
public data class Gap(
    /** Which charger. */
    val deviceId: String,
    /** Why. */
    val cause: GapCause,
    /** When it was noticed, by this machine's clock. */
    val openedAt: Instant,
    /** The last frame delivered before it; null if there was none. */
    val last: Observed? = null,
    /** The first frame delivered after it; null while it is open, and if the device was removed meanwhile. */
    val next: Observed? = null,
    /** When it ended, by this machine's clock; null while it is open. */
    val closedAt: Instant? = null,
    /** How many frames arrived and were dropped. */
    val dropped: Long = 0,
    /** Whether a reading taken by a call, and not by the stream, ended it. */
    val resynced: Boolean = false,
) {
    /** Whether it lasts. */
    val isOpen: Boolean
        get() = closedAt == null
}

/** Why a device was not observed for a while. */
public enum class GapCause {
    /** The stream had just been opened, or the device just added: nothing had come yet. */
    Connecting,

    /** The connection was lost. */
    Reconnect,

    /** The connection stood, yet the device, which had reported regularly, reported nothing. */
    Stale,

    /** The consumer was too slow, and frames were dropped. */
    Dropped,

    /** The stream was paused. */
    Paused,

    /** The connection ended for good. */
    Failed,
}

/** A frame's place in time, by both clocks. */
public data class Observed(
    /** The charger's own time of the reading. */
    val timestamp: Instant,
    /** When the SDK received it, by this machine's clock. */
    val receivedAt: Instant,
)
