package com.telluspower.tellus

import java.time.Instant
import kotlin.time.Duration

/**
 * A place of the app's own where the token is kept, so that a new start needs no request for one: a file that the
 * Android Keystore encrypts, a cache that servers share.
 *
 * Its methods may block; they are called on threads that do nothing else meanwhile. What they throw is logged, and the
 * store is then as good as an empty one.
 */
public interface TokenStore {
    /** The token kept there, if there is one. One that has ended does no harm. */
    public fun load(): StoredToken?

    /** Keeps a token, in place of the former one. */
    public fun save(token: StoredToken)

    /**
     * Takes the right to ask for a token, for [duration] at most; false if somebody else has it now. For stores that
     * several processes share: one of them asks, the others wait for its [save].
     */
    public fun tryLease(duration: Duration): Boolean = true

    /** Gives that right back. */
    public fun release() {}
}

/** An access token as a [TokenStore] keeps it. */
public class StoredToken(
    /** The token itself, without `Bearer`. */
    public val token: String,
    /** How long it was valid at first. */
    public val lifetime: Duration,
    /** When it ends, by the wall clock. */
    public val expiresAt: Instant,
) {
    /** Shows the validity only. */
    override fun toString(): String = "StoredToken(token=***, lifetime=$lifetime, expiresAt=$expiresAt)"
}
