package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import org.junit.jupiter.api.Test
import java.io.IOException
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds

class TokenStoreTest : SandboxTest() {
    private class Kept(private val fail: Boolean = false) : TokenStore {
        val calls = CopyOnWriteArrayList<String>()

        @Volatile
        var token: StoredToken? = null

        private fun called(name: String) {
            calls += name
            if (fail) throw IOException("no room")
        }

        override fun load(): StoredToken? {
            called("load")
            return token
        }

        override fun save(token: StoredToken) {
            called("save")
            this.token = token
        }

        override fun tryLease(duration: Duration): Boolean {
            called("lease $duration")
            return true
        }

        override fun release() = called("release")
    }

    private fun issued() = sandbox.journal("token_issued").size

    private suspend fun start(credentials: Credentials) =
        sandbox.client(credentials).use { it.device(sandbox.devices.first()) }

    @Test
    fun `a second start needs no token request`() = test {
        val store = Kept()
        val credentials = Credentials.ClientSecret(sandbox.clientId, sandbox.clientSecret, store)
        repeat(2) { start(credentials) }
        assertEquals(1, issued())
        val kept = store.token!!
        assertTrue(kept.lifetime > 23.hours && kept.expiresAt.isAfter(java.time.Instant.now()), "$kept")
        assertEquals(listOf("load", "lease 1m", "load", "save", "release", "load"), store.calls.toList())
    }

    @Test
    fun `a provider's token is kept, too`() = test {
        val store = Kept()
        var asked = 0
        val credentials = Credentials.TokenProvider(store) {
            asked++
            AccessToken(sandbox.issueToken(), 1.hours)
        }
        repeat(2) { start(credentials) }
        assertEquals(1, asked)
    }

    @Test
    fun `a store that fails is as good as an empty one`() = test {
        val store = Kept(fail = true)
        repeat(2) { start(Credentials.ClientSecret(sandbox.clientId, sandbox.clientSecret, store)) }
        assertEquals(2, issued())
        assertTrue("load" in store.calls && "save" in store.calls, "${store.calls}")
    }

    @Test
    fun `a kept token that makes no sense is no token`() = test {
        val now = java.time.Instant.now()
        val unfit = listOf(StoredToken("x", (-1).seconds, now), StoredToken("x", 60.seconds, java.time.Instant.MAX))
        unfit.forEachIndexed { index, stored ->
            val store = Kept().apply { token = stored }
            start(Credentials.ClientSecret(sandbox.clientId, sandbox.clientSecret, store))
            assertEquals(index + 1, issued())
        }
    }
}
