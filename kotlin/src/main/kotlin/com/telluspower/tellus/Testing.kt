package com.telluspower.tellus

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.toKotlinDuration
import com.telluspower.tellus.ffi.TestClock as NativeClock

/** What the SDK's own tests need: no part of its interface, and subject to change without notice. */
@RequiresOptIn("For the tests of the SDK itself.", RequiresOptIn.Level.ERROR)
@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.CLASS, AnnotationTarget.CONSTRUCTOR)
public annotation class TellusTesting

/** A clock that stands at [now] until it is told to move. */
@TellusTesting
public class TestClock(
    now: Instant,
) {
    internal val core: NativeClock = native { NativeClock(now) }

    /** Moves wall and monotonic time forward, and wakes whoever has slept long enough. */
    public fun advance(by: Duration): Unit = native { core.advance(by.toNative("by")) }

    /** Moves the wall time only, forward or back. */
    public fun jumpWall(by: Duration): Unit = native { core.jumpWallMs(by.inWholeMilliseconds) }

    /** For how long everybody who sleeps on the clock still does so. */
    public fun sleeps(): List<Duration> = native { core.sleeps() }.map { it.toKotlinDuration() }
}
