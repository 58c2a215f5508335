package com.telluspower.watch

import com.telluspower.tellus.TellusClient
import com.telluspower.tellus.support.Sandbox
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import java.io.File
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.test.fail
import kotlin.time.Duration.Companion.milliseconds

/** The program as somebody runs it who has the installed library and nothing else of this repository. */
class WatchTest {
    private val sandbox = Sandbox()
    private val printed = mutableListOf<String>()
    private val reading = Regex("""\S+  #\d  \w+ +-?[\d.]+ kW +-?[\d.]+ kWh +(-|[\d.]+) %""")

    @AfterEach
    fun stop() = sandbox.close()

    private inner class Program(vararg args: String) {
        private val java = File(System.getProperty("java.home"), "bin/java").path
        private val classes = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
        private val lines = LinkedBlockingQueue<String>()
        val process: Process =
            ProcessBuilder(listOf(java, "-cp", classes, "com.telluspower.watch.WatchKt") + args)
                .apply {
                    environment() += mapOf(
                        "TELLUS_BASE_URL" to sandbox.baseUrl,
                        "TELLUS_CLIENT_ID" to sandbox.clientId,
                        "TELLUS_CLIENT_SECRET" to sandbox.clientSecret,
                    )
                }.redirectErrorStream(true).start()

        init {
            thread(isDaemon = true) { process.inputReader().forEachLine(lines::put) }
        }

        /** Reads on until a line fits. */
        fun until(fits: (String) -> Boolean): String {
            while (true) {
                val line = lines.poll(20, TimeUnit.SECONDS) ?: break
                printed += line
                if (fits(line)) return line
            }
            process.destroyForcibly()
            fail("it says nothing more; it had said:\n${printed.joinToString("\n")}")
        }

        fun ends(): Int {
            if (!process.waitFor(20, TimeUnit.SECONDS)) process.destroyForcibly().waitFor()
            generateSequence { lines.poll(100, TimeUnit.MILLISECONDS) }.forEach(printed::add)
            assertFalse(printed.any { sandbox.clientSecret in it }, "the secret is in: $printed")
            return process.exitValue()
        }
    }

    @Test
    fun `the library is the installed one`() {
        val jar = TellusClient::class.java.protectionDomain.codeSource.location.path
        assertTrue(jar.endsWith("/kotlin/target/repository/com/telluspower/tellus-sdk/0.1.0/tellus-sdk-0.1.0.jar"), jar)
    }

    @Test
    fun `it goes on when the platform was away`() {
        val program = Program(sandbox.devices.first(), "60")
        program.until { reading.matches(it) }
        assertEquals(3, printed.count { it.endsWith(" kW") && "connectors" in it }, "$printed")
        sandbox.restart(300.milliseconds)
        program.until { it.endsWith("-- not observed: the connection was lost") }
        program.until { "-- observed again; what happened for" in it }
        program.until { reading.matches(it) }
        assertEquals(0, program.ends(), "$printed")
        assertTrue(printed.count { reading.matches(it) } >= 60, "$printed")
        assertTrue(printed.any { "trying again in" in it }, "$printed")
    }

    @Test
    fun `it stops cleanly when it is told to`() {
        val program = Program()
        program.until { reading.matches(it) }
        program.process.destroy()
        assertEquals(143, program.ends(), "$printed")
        assertEquals("stopped", printed.last())
        assertEquals(listOf<Any?>("client"), sandbox.journal("stream_close").map { it["reason"] })
    }

    @Test
    fun `a charger that does not exist`() {
        val program = Program("dvc_nowhere")
        program.until { it.startsWith("NotFound: ") }
        assertEquals(1, program.ends(), "$printed")
    }
}
