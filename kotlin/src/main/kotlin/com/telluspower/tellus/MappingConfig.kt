package com.telluspower.tellus

import com.telluspower.tellus.ffi.ClientConfig as NativeConfig
import com.telluspower.tellus.ffi.HmacSigning as NativeSigning
import com.telluspower.tellus.ffi.OverflowPolicy as NativeOverflow
import com.telluspower.tellus.ffi.Partition as NativePartition
import com.telluspower.tellus.ffi.ProxyChoice as NativeProxy
import com.telluspower.tellus.ffi.SignatureEncoding as NativeEncoding
import com.telluspower.tellus.ffi.TestClock as NativeClock

// Settings in the generated form.

internal fun TellusConfig.toNative(clock: NativeClock? = null) =
    NativeConfig(
        baseUrl = baseUrl,
        extraRootsPem = extraRootsPem,
        allowInsecureHttp = allowInsecureHttp,
        devices = devices,
        userAgentSuffix = userAgentSuffix,
        requestTimeout = requestTimeout?.toNative("requestTimeout"),
        maxAttempts = maxAttempts?.toNative("maxAttempts"),
        backoffBase = backoffBase?.toNative("backoffBase"),
        queryPerMinute = queryPerMinute?.toNative("queryPerMinute"),
        mailboxRows = mailboxRows?.toNative("mailboxRows"),
        spkiPins = spkiPins,
        proxy = proxy?.toNative(),
        backoffCap = backoffCap?.toNative("backoffCap"),
        maxRetryAfter = maxRetryAfter?.toNative("maxRetryAfter"),
        retryAfterJitter = retryAfterJitter?.toNative("retryAfterJitter"),
        controlPerMinute = controlPerMinute?.toNative("controlPerMinute"),
        tokenPerMinute = tokenPerMinute?.toNative("tokenPerMinute"),
        maxQuotaWait = maxQuotaWait?.toNative("maxQuotaWait"),
        overflow = overflow?.toNative(),
        maxDevicesPerConnection = maxDevicesPerConnection?.toNative("maxDevicesPerConnection"),
        pingInterval = pingInterval?.toNative("pingInterval"),
        silence = silence?.toNative("silence"),
        reconnectBase = reconnectBase?.toNative("reconnectBase"),
        reconnectCap = reconnectCap?.toNative("reconnectCap"),
        firstAttempts = firstAttempts?.toNative("firstAttempts"),
        staleFactor = staleFactor?.toNative("staleFactor"),
        resyncInterval = resyncInterval?.toNative("resyncInterval"),
        readTimeout = readTimeout?.toNative("readTimeout"),
        dnsTimeout = dnsTimeout?.toNative("dnsTimeout"),
        tcpTimeout = tcpTimeout?.toNative("tcpTimeout"),
        tlsTimeout = tlsTimeout?.toNative("tlsTimeout"),
        upgradeTimeout = upgradeTimeout?.toNative("upgradeTimeout"),
        maxUrlBytes = maxUrlBytes?.toNative("maxUrlBytes"),
        gapsKept = gapsKept?.toNative("gapsKept"),
        partition = partition?.run { NativePartition(index.toNative("partition"), count.toNative("partition")) },
        signing = signing?.toNative(),
        clock = clock,
    )

private fun ProxySetting.toNative() =
    when (this) {
        ProxySetting.FromEnvironment -> NativeProxy.FromEnvironment
        ProxySetting.Direct -> NativeProxy.Direct
        is ProxySetting.Url -> NativeProxy.Url(url)
    }

private fun HmacSigning.toNative() =
    NativeSigning(
        secret = secret,
        encoding =
            when (encoding) {
                SignatureEncoding.Hex -> NativeEncoding.HEX
                SignatureEncoding.Base64 -> NativeEncoding.BASE64
            },
        separator = separator,
        withQuery = withQuery,
        signatureHeader = signatureHeader,
        timestampHeader = timestampHeader,
    )

private fun OverflowPolicy.toNative() =
    when (this) {
        OverflowPolicy.Block -> NativeOverflow.BLOCK
        OverflowPolicy.DropOldest -> NativeOverflow.DROP_OLDEST
        OverflowPolicy.Latest -> NativeOverflow.LATEST
    }
