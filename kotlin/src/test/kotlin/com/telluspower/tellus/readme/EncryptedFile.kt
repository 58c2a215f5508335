package com.telluspower.tellus.readme

// README: EncryptedFile
import com.telluspower.tellus.StoredToken
import com.telluspower.tellus.TokenStore
import java.io.File
import java.time.Instant
import kotlin.time.Duration.Companion.seconds

/** Turns bytes into such that only this device can read, and back. On Android: AES-GCM with a key of the Keystore. */
interface Cipher {
    fun encrypt(plain: ByteArray): ByteArray

    fun decrypt(secret: ByteArray): ByteArray
}

class EncryptedFile(private val file: File, private val cipher: Cipher) : TokenStore {
    override fun load(): StoredToken? {
        if (!file.exists()) return null
        val (token, lifetime, end) = cipher.decrypt(file.readBytes()).decodeToString().split('\n')
        return StoredToken(token, lifetime.toLong().seconds, Instant.ofEpochSecond(end.toLong()))
    }

    override fun save(token: StoredToken) {
        val text = "${token.token}\n${token.lifetime.inWholeSeconds}\n${token.expiresAt.epochSecond}"
        file.writeBytes(cipher.encrypt(text.encodeToByteArray()))
    }
}
// END
