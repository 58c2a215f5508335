package com.telluspower.tellus

import com.telluspower.tellus.readme.Backend
import com.telluspower.tellus.readme.Chargers
import com.telluspower.tellus.readme.Cipher
import com.telluspower.tellus.readme.EncryptedFile
import com.telluspower.tellus.readme.Forgetful
import com.telluspower.tellus.readme.TokenReply
import com.telluspower.tellus.readme.charge
import com.telluspower.tellus.readme.describe
import com.telluspower.tellus.readme.follow
import com.telluspower.tellus.readme.logTo
import com.telluspower.tellus.readme.record
import com.telluspower.tellus.support.SandboxTest
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.TimeUnit
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.hours

/** The README's code is the code of the files in `readme`, and it works. */
class ReadmeTest : SandboxTest() {
    @Test
    fun `the README shows what is compiled here`() {
        val readme = File("README.md").readText()
        val shown = blocks("```kotlin\n(.*?)```", readme)
        val compiled = File("src/test/kotlin/com/telluspower/tellus/readme").listFiles()!!.flatMap { file ->
            blocks("// README: [^\n]*\n(.*?)// END\n", file.readText())
        }
        assertEquals(compiled.toSet(), shown)
        assertEquals(8, shown.size)
    }

    @Test
    fun `the quickstart runs and ends`() {
        val lines = run("com.telluspower.tellus.readme.QuickstartKt").lines()
        assertEquals(3, lines.count { it.endsWith("kW installed") }, "$lines")
        assertTrue(lines.any { it.endsWith(" is online") || it.endsWith(" is offline") }, "$lines")
        assertTrue(lines.count { Regex("""\S+Z #\d+: \w+, -?[\d.]+ kW""").matches(it) } >= 3, "$lines")
    }

    @Test
    fun `a program that closes nothing ends all the same`() {
        assertEquals("the end\n", run(Forgetful::class.java.name, sandbox.devices.first()))
    }

    @Test
    fun `tokens come from a backend`() = test {
        val backend = object : Backend {
            override suspend fun tellusToken() = TokenReply(sandbox.issueToken(), 3600)
        }
        Chargers(sandbox.baseUrl, backend).use { chargers ->
            assertEquals(sandbox.devices.first(), chargers.live(sandbox.devices.first()).first().deviceId)
        }
        assertTrue(sandbox.journal("stream_open").isNotEmpty())
    }

    @Test
    fun `a token is kept in a file that says nothing`(@TempDir folder: File) = test {
        // Stands for the Keystore.
        val cipher = object : Cipher {
            override fun encrypt(plain: ByteArray) = plain.map { (it + 1).toByte() }.toByteArray()

            override fun decrypt(secret: ByteArray) = secret.map { (it - 1).toByte() }.toByteArray()
        }
        val file = File(folder, "token")
        val tokens = mutableListOf<String>()
        repeat(2) {
            val store = EncryptedFile(file, cipher)
            val credentials = Credentials.TokenProvider(store) {
                AccessToken(sandbox.issueToken().also(tokens::add), 1.hours)
            }
            sandbox.client(credentials).use { it.device(sandbox.devices.first()) }
        }
        val token = tokens.single()
        assertEquals(token, EncryptedFile(file, cipher).load()!!.token)
        assertFalse(token in file.readText())
    }

    @Test
    fun `the log goes where the app wants it`() = test {
        val lines = Channel<String>(Channel.UNLIMITED)
        logTo { lines.trySend(it) }
        sandbox.client().use { client ->
            client.stream(sandbox.devices).use { stream ->
                stream.frames.first()
                sandbox.inject("""{"kind": "stream_drop"}""")
                assertContains(lines.receive(), "INFO tellus: ")
            }
        }
        Tellus.setLogSink(sink = null)
    }

    @Test
    fun `failures are told apart`() = test {
        sandbox.client().use { client ->
            assertContains(describe(client, sandbox.devices.first()), "1: ")
            assertEquals("no such charger, or another operator's", describe(client, "dvc_nowhere"))
        }
    }

    @Test
    fun `a listener follows`() = test {
        sandbox.client().use { client ->
            follow(client, sandbox.devices).use { sandbox.awaitJournal("stream_open") }
        }
    }

    @Test
    fun `a charge and a record of gaps`() = test {
        sandbox.client().use { client ->
            val place = sandbox.devices.firstNotNullOf { id ->
                client.device(id).connectors.find { it.status == ConnectorState.Idle }?.let { id to it.connectorId }
            }
            assertTrue(charge(client, place.first, place.second) != CommandState.Queued)
            val gaps = record(client, sandbox.devices, 100)
            assertEquals(sandbox.devices.toSet(), gaps.map { it.deviceId }.toSet())
        }
    }

    private fun blocks(pattern: String, text: String) =
        Regex(pattern, RegexOption.DOT_MATCHES_ALL).findAll(text).map { it.groupValues[1] }.toSet()

    /** Runs a program in a JVM of its own and returns what it printed. */
    private fun run(main: String, vararg args: String): String {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val classes = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
        val output = File.createTempFile("tellus", ".txt").apply { deleteOnExit() }
        val builder = ProcessBuilder(listOf(java, "-cp", classes, main) + args)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(output)
        builder.environment() += mapOf(
            "TELLUS_BASE_URL" to sandbox.baseUrl,
            "TELLUS_CLIENT_ID" to sandbox.clientId,
            "TELLUS_CLIENT_SECRET" to sandbox.clientSecret,
        )
        val process = builder.start()
        val ended = process.waitFor(20, TimeUnit.SECONDS)
        if (!ended) process.destroyForcibly().waitFor()
        val printed = output.readText()
        assertTrue(ended, "it does not end; it printed: $printed")
        assertEquals(0, process.exitValue(), printed)
        return printed
    }
}
