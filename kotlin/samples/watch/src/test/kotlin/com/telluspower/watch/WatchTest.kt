package com.telluspower.watch

import com.telluspower.tellus.TellusClient
import com.telluspower.tellus.support.Sandbox
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds

/** The program as somebody runs it who has the installed library and nothing else of this repository. */
class WatchTest {
    private val sandbox = Sandbox()

    @AfterEach
    fun stop() = sandbox.close()

    @Test
    fun `the library is the installed one`() {
        val jar = TellusClient::class.java.protectionDomain.codeSource.location.path
        assertTrue(jar.endsWith("/kotlin/target/repository/com/telluspower/tellus-sdk/0.1.0/tellus-sdk-0.1.0.jar"), jar)
    }

    @Test
    fun `it goes on when the platform was away`() {
        val program = Program(sandbox, sandbox.devices.first(), "60")
        program.until(Program::isReading)
        assertEquals(3, program.printed.count { it.endsWith(" kW") && "connectors" in it }, "${program.printed}")
        sandbox.restart(300.milliseconds)
        program.until { it.endsWith("-- not observed: the connection was lost") }
        program.until { "-- observed again; what happened for" in it }
        program.until(Program::isReading)
        assertEquals(0, program.ends(), "${program.printed}")
        assertTrue(program.printed.count(Program::isReading) >= 60, "${program.printed}")
        assertTrue(program.printed.any { "trying again in" in it }, "${program.printed}")
    }

    @Test
    fun `it stops cleanly when it is told to`() {
        val program = Program(sandbox)
        program.until(Program::isReading)
        program.interrupt()
        assertEquals(143, program.ends(), "${program.printed}")
        assertEquals("stopped", program.printed.last())
        assertEquals(listOf<Any?>("client"), sandbox.journal("stream_close").map { it["reason"] })
    }

    @Test
    fun `a charger that does not exist`() {
        val program = Program(sandbox, "dvc_nowhere")
        program.until { it.startsWith("NotFound: ") }
        assertEquals(1, program.ends(), "${program.printed}")
    }
}
