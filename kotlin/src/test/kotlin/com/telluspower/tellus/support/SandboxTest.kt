package com.telluspower.tellus.support

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.TestInstance
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** Tests that share one sandbox, which meets each of them without faults and with an empty journal. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SandboxTest(private vararg val flags: String) {
    protected lateinit var sandbox: Sandbox

    @BeforeAll
    fun start() {
        sandbox = Sandbox(*flags)
    }

    @BeforeEach
    fun clean() {
        sandbox.clearFaults()
        sandbox.clearJournal()
    }

    @AfterAll
    fun stop() = sandbox.close()

    /** A test in real time that cannot hang. */
    protected fun test(limit: Duration = 20.seconds, block: suspend CoroutineScope.() -> Unit): Unit =
        runBlocking { withTimeout(limit, block) }
}
