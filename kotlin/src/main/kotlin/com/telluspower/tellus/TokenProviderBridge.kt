package com.telluspower.tellus

import com.telluspower.tellus.ffi.TokenRequest
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import com.telluspower.tellus.ffi.TokenProvider as NativeTokenProvider

/** Answers the core's questions for a token with a suspend function, which runs in [scope]. */
internal class TokenProviderBridge(
    private val scope: CoroutineScope,
    private val accessToken: suspend () -> AccessToken,
) : NativeTokenProvider {
    override fun request(request: TokenRequest) {
        val answer =
            scope.launch {
                try {
                    val answer = accessToken()
                    request.succeed(answer.token, answer.expiresIn.toNative("expiresIn"))
                } catch (error: Throwable) {
                    // A time-out inside the provider is a cancellation, too, and yet no end of the client.
                    ensureActive()
                    request.fail(error.firstLine())
                }
            }
        // Also when the scope was cancelled before the coroutine began. Only the first answer counts.
        answer.invokeOnCompletion {
            request.fail("the client was closed meanwhile")
            request.destroy()
        }
    }
}
