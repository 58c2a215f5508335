package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Test
import java.io.IOException
import java.time.Instant
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds

/** Neither a secret nor a token is in anything that a log could show. */
class SecretsTest : SandboxTest() {
    private val canary = "canary4711"
    private val secret = Credentials.ClientSecret("id", canary)
    private val once: TellusConfig.() -> TellusConfig = { copy(maxAttempts = 1) }

    private suspend fun failures(client: TellusClient) =
        listOf<suspend () -> Any?>(
            { client.authenticate() },
            { client.device("x") },
            { client.sites().first() },
            { client.telemetry(listOf("x")).first() },
            { client.request("POST", "/operator/x", bodyJson = "{}") },
        ).map { call -> runCatching { call() }.exceptionOrNull() }

    private fun check(what: Any?) {
        val text = if (what is Throwable) "$what ${what.localizedMessage} ${what.stackTraceToString()}" else "$what"
        assertFalse(canary in text, text)
    }

    @Test
    fun `not in what values show`() {
        check(Credentials.ClientSecret("id", canary))
        check(AccessToken(canary, 1.seconds))
        check(StoredToken(canary, 1.seconds, Instant.EPOCH))
        check(Credentials.TokenProvider { AccessToken(canary, 1.seconds) })
        check(Credentials.Token(canary))
        check(TellusConfig("https://example.com", signing = HmacSigning(canary)))
        check(TellusConfig("https://me:$canary@example.com/v1"))
        check(TellusConfig("https://x", proxy = ProxySetting.Url("http://me:$canary@proxy")))
        val refused = runCatching { sandbox.client { copy(baseUrl = "https://me:$canary@example.com/v1") } }
        check(refused.exceptionOrNull()!!)
        sandbox.client(Credentials.ClientSecret("id", canary)).use(::check)
    }

    @Test
    fun `not in what failures show`() = test {
        for (credentials in listOf(
            secret,
            Credentials.ClientSecret("id", "$canary\n\u0000"),
            Credentials.TokenProvider { AccessToken(canary, 60.seconds) },
            Credentials.TokenProvider { AccessToken("$canary\nX: y", 60.seconds) },
            Credentials.TokenProvider { throw IOException("refused\n$canary", IOException(canary)) },
        )) {
            sandbox.client(credentials, once).use { failures(it).forEach(::check) }
        }
        sandbox.client(secret) { copy(baseUrl = "https://127.0.0.1:9", maxAttempts = 1) }.use { client ->
            failures(client).forEach(::check)
        }
        for (fault in listOf("html", "drop", "not_json", "truncated", "empty")) {
            sandbox.inject("""{"kind": "$fault", "times": null}""")
            sandbox.client(secret, once).use { failures(it).forEach(::check) }
            sandbox.clearFaults()
        }
    }

    @Test
    fun `the failures are failures`() = test {
        sandbox.client(secret, once).use { client ->
            assertTrue(failures(client).all { it is TellusException })
        }
    }
}
