internal import TellusBindings

extension TellusConfig {
    var native: TellusBindings.ClientConfig {
        TellusBindings.ClientConfig(
            baseUrl: baseURL,
            extraRootsPem: extraRootsPEM,
            allowInsecureHttp: allowInsecureHTTP,
            devices: devices,
            userAgentSuffix: userAgentSuffix,
            requestTimeout: requestTimeout?.nativeSeconds,
            maxAttempts: maxAttempts.map(UInt32.init(clamping:)),
            backoffBase: backoffBase?.nativeSeconds,
            queryPerMinute: queriesPerMinute.map(UInt32.init(clamping:)),
            mailboxRows: mailboxRows.map(UInt32.init(clamping:)),
            spkiPins: spkiPins,
            proxy: proxy.native,
            backoffCap: backoffCap?.nativeSeconds,
            maxRetryAfter: maxRetryAfter?.nativeSeconds,
            retryAfterJitter: retryAfterJitter?.nativeSeconds,
            controlPerMinute: controlsPerMinute.map(UInt32.init(clamping:)),
            tokenPerMinute: tokensPerMinute.map(UInt32.init(clamping:)),
            maxQuotaWait: maxQuotaWait?.nativeSeconds,
            overflow: overflow?.native,
            maxDevicesPerConnection: maxDevicesPerConnection.map(UInt32.init(clamping:)),
            pingInterval: pingInterval?.nativeSeconds,
            silence: silence?.nativeSeconds,
            reconnectBase: reconnectBase?.nativeSeconds,
            reconnectCap: reconnectCap?.nativeSeconds,
            firstAttempts: firstAttempts.map(UInt32.init(clamping:)),
            // 0 means never, which a negative number does not: the core refuses 1.
            staleFactor: staleFactor.map { $0 < 0 ? 1 : UInt32(clamping: $0) },
            resyncInterval: resyncInterval?.nativeSeconds,
            readTimeout: readTimeout?.nativeSeconds,
            dnsTimeout: dnsTimeout?.nativeSeconds,
            tcpTimeout: tcpTimeout?.nativeSeconds,
            tlsTimeout: tlsTimeout?.nativeSeconds,
            upgradeTimeout: upgradeTimeout?.nativeSeconds,
            maxUrlBytes: maxURLBytes.map(UInt32.init(clamping:)),
            gapsKept: gapsKept.map(UInt32.init(clamping:)),
            partition: partition.map(\.native),
            signing: signing?.native,
            clock: clock?.native)
    }
}

extension HmacSigning {
    fileprivate var native: TellusBindings.HmacSigning {
        TellusBindings.HmacSigning(
            secret: secret,
            encoding: encoding.native,
            separator: separator,
            withQuery: withQuery,
            signatureHeader: signatureHeader,
            timestampHeader: timestampHeader)
    }
}

extension HmacSigning.Encoding {
    fileprivate var native: TellusBindings.SignatureEncoding {
        switch self {
        case .hex: .hex
        case .base64: .base64
        }
    }
}

extension ProxySetting {
    fileprivate var native: TellusBindings.ProxyChoice {
        switch self {
        case .fromEnvironment: .fromEnvironment
        case .direct: .direct
        case .url(let url): .url(url)
        }
    }
}

extension Partition {
    fileprivate var native: TellusBindings.Partition {
        // A part that there is not is refused by the core.
        TellusBindings.Partition(index: UInt32(exactly: index) ?? .max, count: UInt32(clamping: count))
    }
}

extension OverflowPolicy {
    fileprivate var native: TellusBindings.OverflowPolicy {
        switch self {
        case .block: .block
        case .dropOldest: .dropOldest
        case .latest: .latest
        }
    }
}
