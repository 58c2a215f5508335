/// What a client has counted about its calls since it was made. Streams count for themselves: ``StreamStats``.
public struct ClientStats: Sendable, Hashable {
    /// Requests sent, repeated ones included, those for tokens not.
    public let requests: UInt64
    /// Requests that were repeated, after whatever failure.
    public let retries: UInt64
    /// Answers that said that there were too many requests (429 or code 5001).
    public let rateLimited: UInt64
    /// Calls that failed in the end.
    public let failures: UInt64
    /// Tokens asked for, successfully or not.
    public let tokenRefreshes: UInt64

    /// Counters from their parts, for previews and tests.
    public init(
        requests: UInt64 = 0,
        retries: UInt64 = 0,
        rateLimited: UInt64 = 0,
        failures: UInt64 = 0,
        tokenRefreshes: UInt64 = 0
    ) {
        self.requests = requests
        self.retries = retries
        self.rateLimited = rateLimited
        self.failures = failures
        self.tokenRefreshes = tokenRefreshes
    }
}

/// The kinds of calls that the platform limits, each by itself.
public enum QuotaClass: Sendable, Hashable, CaseIterable {
    /// Reads: 60 per minute and `client_id`.
    case query
    /// Control calls: 30 per minute. Whether start, stop and discharge belong to them is not specified by the platform;
    /// the SDK counts them here.
    case control
    /// Token requests: 10 per minute.
    case token
}
