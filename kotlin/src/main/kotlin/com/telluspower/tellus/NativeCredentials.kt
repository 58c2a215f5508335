package com.telluspower.tellus

import kotlinx.coroutines.CoroutineScope
import com.telluspower.tellus.ffi.ClientConfig as NativeConfig
import com.telluspower.tellus.ffi.TellusClient as NativeClient

/** A native client with these credentials, whose token provider, if it has one, runs in [scope]. */
internal fun Credentials.open(config: NativeConfig, scope: CoroutineScope): NativeClient =
    when (this) {
        is Credentials.ClientSecret ->
            NativeClient.withClientSecret(config, id, secret, store?.let(::TokenStoreBridge))
        is Credentials.TokenProvider -> {
            val provider = TokenProviderBridge(scope, accessToken)
            NativeClient.withTokenProvider(config, provider, store?.let(::TokenStoreBridge))
        }
        is Credentials.Token -> NativeClient.withAccessToken(config, token)
    }
