package com.telluspower.tellus

import kotlin.time.toKotlinDuration
import com.telluspower.tellus.ffi.StoredToken as NativeStoredToken
import com.telluspower.tellus.ffi.TokenStore as NativeTokenStore

/** A store as the native side sees it. */
internal class TokenStoreBridge(
    private val store: TokenStore,
) : NativeTokenStore {
    override fun load(): NativeStoredToken? =
        callback {
            store.load()?.run {
                NativeStoredToken(token, lifetime.toNative("lifetime"), expiresAt.toNative("expires_at"))
            }
        }

    override fun save(token: NativeStoredToken) =
        callback { store.save(StoredToken(token.token, token.lifetime.toKotlinDuration(), token.expiresAt)) }

    override fun tryLease(duration: java.time.Duration): Boolean =
        callback { store.tryLease(duration.toKotlinDuration()) }

    override fun release() = callback { store.release() }
}
