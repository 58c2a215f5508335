@_spi(Testing) import Tellus

/// Settings of a client as the suite names them. Spans are milliseconds.
struct Settings: Decodable, Sendable {
    struct Signing: Decodable, Sendable {
        var secret: String
        var encoding, separator: String?
        var withQuery: Bool?
        var signatureHeader, timestampHeader: String?
    }

    var devices: [String]?
    var userAgentSuffix: String?
    var requestTimeoutMs: Double?
    var maxAttempts: Int?
    var backoffBaseMs, backoffCapMs, maxRetryAfterMs, retryAfterJitterMs: Double?
    var queryPerMinute, controlPerMinute, tokenPerMinute: Int?
    var maxQuotaWaitMs: Double?
    var pingIntervalMs, silenceMs, reconnectBaseMs, reconnectCapMs: Double?
    var firstAttempts, mailboxRows: Int?
    var overflow: String?
    var maxDevicesPerConnection, staleFactor: Int?
    var resyncIntervalMs: Double?
    var signing: Signing?

    func config(baseURL: String, clock: TestClock) throws -> TellusConfig {
        var config = TellusConfig(baseURL: baseURL)
        config.clock = clock
        config.devices = devices ?? []
        config.userAgentSuffix = userAgentSuffix
        config.requestTimeout = span(requestTimeoutMs)
        config.maxAttempts = maxAttempts
        config.backoffBase = span(backoffBaseMs)
        config.backoffCap = span(backoffCapMs)
        config.maxRetryAfter = span(maxRetryAfterMs)
        config.retryAfterJitter = span(retryAfterJitterMs)
        config.queriesPerMinute = queryPerMinute
        config.controlsPerMinute = controlPerMinute
        config.tokensPerMinute = tokenPerMinute
        config.maxQuotaWait = span(maxQuotaWaitMs)
        config.pingInterval = span(pingIntervalMs)
        config.silence = span(silenceMs)
        config.reconnectBase = span(reconnectBaseMs)
        config.reconnectCap = span(reconnectCapMs)
        config.firstAttempts = firstAttempts
        config.mailboxRows = mailboxRows
        config.overflow = try overflow.map { try named($0, of: OverflowPolicy.self) }
        config.maxDevicesPerConnection = maxDevicesPerConnection
        config.staleFactor = staleFactor
        config.resyncInterval = span(resyncIntervalMs)
        config.signing = try signing.map(hmac)
        return config
    }

    private func span(_ milliseconds: Double?) -> Duration? { milliseconds.map(Duration.milliseconds) }

    private func hmac(_ given: Signing) throws -> HmacSigning {
        var signing = HmacSigning(secret: given.secret)
        if let encoding = given.encoding { signing.encoding = try named(encoding, of: HmacSigning.Encoding.self) }
        signing.separator = given.separator ?? signing.separator
        signing.withQuery = given.withQuery ?? signing.withQuery
        signing.signatureHeader = given.signatureHeader ?? signing.signatureHeader
        signing.timestampHeader = given.timestampHeader ?? signing.timestampHeader
        return signing
    }
}
