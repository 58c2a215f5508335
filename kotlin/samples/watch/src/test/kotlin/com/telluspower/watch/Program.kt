package com.telluspower.watch

import com.telluspower.tellus.support.Sandbox
import java.io.File
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.test.assertFalse
import kotlin.test.fail

/** The program in a virtual machine of its own, and what it prints. */
class Program(
    private val sandbox: Sandbox,
    vararg args: String,
    classes: String = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path"),
) {
    private val lines = LinkedBlockingQueue<String>()
    private val process =
        ProcessBuilder(listOf(JAVA, "-cp", classes, "com.telluspower.watch.WatchKt") + args)
            .apply {
                environment() += mapOf(
                    "TELLUS_BASE_URL" to sandbox.baseUrl,
                    "TELLUS_CLIENT_ID" to sandbox.clientId,
                    "TELLUS_CLIENT_SECRET" to sandbox.clientSecret,
                )
            }.redirectErrorStream(true).start()

    /** The lines that were read so far. */
    val printed = mutableListOf<String>()

    init {
        thread(isDaemon = true) { process.inputReader().forEachLine(lines::put) }
    }

    /** Reads on until a line fits. */
    fun until(fits: (String) -> Boolean) {
        while (true) {
            val line = lines.poll(20, TimeUnit.SECONDS) ?: break
            printed += line
            if (fits(line)) return
        }
        process.destroyForcibly()
        fail("it says nothing more; it had said:\n${printed.joinToString("\n")}")
    }

    /** Tells it to end, and reads on. */
    fun interrupt() {
        process.toHandle().destroy()
    }

    /** Reads all that is left. Returns the code with which it ends. */
    fun ends(): Int {
        if (!process.waitFor(20, TimeUnit.SECONDS)) process.destroyForcibly().waitFor()
        generateSequence { lines.poll(100, TimeUnit.MILLISECONDS) }.forEach(printed::add)
        assertFalse(printed.any { sandbox.clientSecret in it }, "the secret is in: $printed")
        return process.exitValue()
    }

    companion object {
        private val JAVA = File(System.getProperty("java.home"), "bin/java").path
        private val READING = Regex("""\S+  #\d  \w+ +-?[\d.]+ kW +-?[\d.]+ kWh +(-|[\d.]+) %""")

        /** Whether it is a line about a connector. */
        fun isReading(line: String) = READING.matches(line)
    }
}
