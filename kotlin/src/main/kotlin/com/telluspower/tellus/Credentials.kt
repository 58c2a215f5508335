package com.telluspower.tellus

import kotlin.time.Duration

/** How a client authenticates. */
public sealed class Credentials {
    /**
     * The `client_id` and `client_secret`: **for servers only**. Never ship a secret in an app: whoever has the app has
     * the secret. Apps use a [TokenProvider].
     */
    public class ClientSecret(
        /** The public half. */
        public val id: String,
        secret: String,
        /** Where tokens are kept beyond the process; null: nowhere. */
        public val store: TokenStore? = null,
    ) : Credentials() {
        internal val secret: String = secret

        /** Shows the id only. */
        override fun toString(): String = "ClientSecret(id=$id, secret=***)"
    }

    /**
     * Access tokens from your own backend, which keeps the `client_secret`: the credentials for apps.
     *
     * [accessToken] is asked whenever a new token is needed, in a coroutine of the client, on a thread that may block;
     * it has 30 s to answer. Closing the client cancels it. What it throws becomes [TellusException.Authentication] at
     * the calls that wait for the token, with the first line of the exception's message.
     */
    public class TokenProvider(
        /** Where tokens are kept beyond the process; null: nowhere. */
        public val store: TokenStore?,
        internal val accessToken: suspend () -> AccessToken,
    ) : Credentials() {
        /** One whose tokens are kept nowhere beyond the process. */
        public constructor(accessToken: suspend () -> AccessToken) : this(null, accessToken)

        /** Shows nothing of the provider. */
        override fun toString(): String = "TokenProvider"
    }

    /** One access token that nobody renews: for tests and short tools. Calls fail when it has ended. */
    public class Token(
        token: String,
    ) : Credentials() {
        internal val token: String = token

        /** Shows nothing of the token. */
        override fun toString(): String = "Token(***)"
    }
}

/** An access token of the platform, as a token provider hands it out. */
public class AccessToken(
    /** The token itself, without `Bearer`. */
    public val token: String,
    /** How long it is valid from now on. */
    public val expiresIn: Duration,
) {
    /** Shows the validity only. */
    override fun toString(): String = "AccessToken(token=***, expiresIn=$expiresIn)"
}
