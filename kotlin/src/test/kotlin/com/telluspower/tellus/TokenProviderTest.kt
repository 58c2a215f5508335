package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import com.telluspower.tellus.support.failure
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Test
import java.io.IOException
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

class TokenProviderTest : SandboxTest() {
    private fun client(accessToken: suspend () -> AccessToken) = sandbox.client(Credentials.TokenProvider(accessToken))

    private fun issue() = AccessToken(sandbox.issueToken(), 1.hours)

    @Test
    fun `a suspend function hands out the token`() = test {
        var asked = 0
        client {
            asked++
            delay(10.milliseconds)
            issue()
        }.use { client ->
            client.device(sandbox.devices.first())
            client.device(sandbox.devices.last())
        }
        assertEquals(1, asked)
    }

    @Test
    fun `a refused token makes it ask once more`() = test {
        var asked = 0
        client {
            asked++
            issue()
        }.use { client ->
            client.authenticate()
            sandbox.inject("""{"kind": "revoke_tokens"}""")
            client.device(sandbox.devices.first())
        }
        assertEquals(2, asked)
    }

    @Test
    fun `one that throws`() = test {
        client { throw IOException("backend says 503\nwith more on a second line") }.use { client ->
            val error = failure<TellusException.Authentication> { client.device("x") }
            assertEquals("Authentication: the token provider failed: backend says 503", "$error".substringBefore(" ("))
        }
    }

    @Test
    fun `one that runs out of its own time`() = test {
        client { withTimeout(50.milliseconds) { awaitCancellation() } }.use { client ->
            val error = failure<TellusException.Authentication> { client.authenticate() }
            assertContains("$error", "Authentication: the token provider failed: Timed out waiting for 50 ms")
        }
    }

    @Test
    fun `a token that lasts no time`() = test {
        client { AccessToken("x", (-1).seconds) }.use { client ->
            val error = failure<TellusException.Authentication> { client.authenticate() }
            assertContains("$error", "expiresIn")
        }
    }

    @Test
    fun `one that hangs holds nobody who gives up, and its late answer serves the next`() = test {
        val go = CompletableDeferred<Unit>()
        var asked = 0
        client {
            asked++
            go.await()
            issue()
        }.use { client ->
            val took = measureTime {
                assertNull(withTimeoutOrNull(100.milliseconds) { client.device(sandbox.devices.first()) })
            }
            assertTrue(took < 2.seconds, "$took")
            go.complete(Unit)
            client.device(sandbox.devices.first())
        }
        assertEquals(1, asked)
    }

    @Test
    fun `closing the client cancels one that hangs`() = test {
        val asked = CompletableDeferred<Unit>()
        val cancelled = CompletableDeferred<Unit>()
        val client = client {
            asked.complete(Unit)
            try {
                awaitCancellation()
            } finally {
                cancelled.complete(Unit)
            }
        }
        val call = async { runCatching { client.device("x") } }
        asked.await()
        client.close()
        cancelled.await()
        failure<TellusException.Closed> { call.await().getOrThrow() }
    }
}
