package com.telluspower.tellus.readme

// README: token provider
import com.telluspower.tellus.AccessToken
import com.telluspower.tellus.Credentials
import com.telluspower.tellus.TelemetryFrame
import com.telluspower.tellus.TellusClient
import com.telluspower.tellus.TellusConfig
import kotlinx.coroutines.flow.Flow
import kotlin.time.Duration.Companion.seconds

/** Your own backend: it keeps the client_secret, knows who is signed in, and hands out tokens. */
interface Backend {
    suspend fun tellusToken(): TokenReply
}

class TokenReply(val token: String, val secondsLeft: Int)

class Chargers(baseUrl: String, backend: Backend) : AutoCloseable {
    private val client = TellusClient(
        TellusConfig(baseUrl, userAgentSuffix = "installer-app/2.1"),
        Credentials.TokenProvider {
            val reply = backend.tellusToken()
            AccessToken(reply.token, reply.secondsLeft.seconds)
        },
    )

    /** Collect it in a scope of the screen, e.g. `viewModelScope`: when that is cancelled, the connection closes. */
    fun live(deviceId: String): Flow<TelemetryFrame> = client.telemetry(listOf(deviceId))

    override fun close() = client.close()
}
// END
