package com.telluspower.conformance

import com.telluspower.tellus.AccessToken
import com.telluspower.tellus.Credentials
import com.telluspower.tellus.HmacSigning
import com.telluspower.tellus.SignatureEncoding
import com.telluspower.tellus.TellusConfig
import kotlinx.coroutines.awaitCancellation
import java.util.concurrent.ConcurrentLinkedQueue

// How a case begins: the client's settings and credentials.

internal fun config(baseUrl: String, given: Arguments): TellusConfig =
    TellusConfig(
        baseUrl = baseUrl,
        devices = given.texts("devices").orEmpty(),
        userAgentSuffix = given.text("user_agent_suffix"),
        requestTimeout = given.span("request_timeout_ms"),
        maxAttempts = given.int("max_attempts"),
        backoffBase = given.span("backoff_base_ms"),
        backoffCap = given.span("backoff_cap_ms"),
        maxRetryAfter = given.span("max_retry_after_ms"),
        retryAfterJitter = given.span("retry_after_jitter_ms"),
        queryPerMinute = given.int("query_per_minute"),
        controlPerMinute = given.int("control_per_minute"),
        tokenPerMinute = given.int("token_per_minute"),
        maxQuotaWait = given.span("max_quota_wait_ms"),
        pingInterval = given.span("ping_interval_ms"),
        silence = given.span("silence_ms"),
        reconnectBase = given.span("reconnect_base_ms"),
        reconnectCap = given.span("reconnect_cap_ms"),
        firstAttempts = given.int("first_attempts"),
        mailboxRows = given.int("mailbox_rows"),
        overflow = given.enum("overflow"),
        maxDevicesPerConnection = given.int("max_devices_per_connection"),
        staleFactor = given.int("stale_factor"),
        resyncInterval = given.span("resync_interval_ms"),
        signing = given.inner("signing")?.let(::signing),
    ).also { given.end() }

private fun signing(given: Arguments): HmacSigning {
    val defaults = HmacSigning("")
    return HmacSigning(
        secret = given.text("secret")!!,
        encoding = given.enum<SignatureEncoding>("encoding") ?: defaults.encoding,
        separator = given.text("separator") ?: defaults.separator,
        withQuery = given.boolean("with_query") ?: defaults.withQuery,
        signatureHeader = given.text("signature_header") ?: defaults.signatureHeader,
        timestampHeader = given.text("timestamp_header") ?: defaults.timestampHeader,
    ).also { given.end() }
}

internal fun credentials(given: Arguments): Credentials =
    given.list("provider")?.let(::provider)
        ?: given.text("token")?.let { Credentials.Token(it) }
        ?: Credentials.ClientSecret(given.text("client_id")!!, given.text("client_secret")!!)

/** Answers as the case says, one grant for each question. */
private fun provider(grants: List<Arguments>): Credentials {
    val left = ConcurrentLinkedQueue(grants)
    return Credentials.TokenProvider {
        val grant = checkNotNull(left.poll()) { "the case has no further grant" }
        grant.text("fail")?.let { error(it) }
        AccessToken(grant.text("token") ?: awaitCancellation(), grant.span("expires_in_ms")!!)
    }
}
