package com.telluspower.conformance

import com.telluspower.tellus.TelemetryControl
import com.telluspower.tellus.TellusClient
import com.telluspower.tellus.TellusTesting
import com.telluspower.tellus.TestClock

/** What one case works with: a clock, a client, a stream. Calls run in several threads. */
@OptIn(TellusTesting::class)
internal class Case {
    @Volatile private var open: TellusClient? = null

    @Volatile lateinit var clock: TestClock

    @Volatile lateinit var stream: TelemetryControl

    /** The stream's listener, if it has one. */
    @Volatile var told: Told? = null

    val client: TellusClient get() = checkNotNull(open) { "the case has no client" }

    /** Begins a case: what the one before has left is closed. */
    fun open(given: Arguments) {
        close()
        clock = TestClock(given.moment("now")!!)
        val config = config(given.text("base_url")!!, given.inner("settings")!!)
        open = TellusClient(config, credentials(given.inner("credentials")!!), clock)
    }

    /** Ends it. */
    fun close() {
        open?.close()
        open = null
    }
}
