internal import TellusBindings

/// A client of the Tellus platform. Make one and share it: all calls share the token, the limits and the connections.
///
/// Every call throws ``TellusError``, or `CancellationError` if its task is cancelled. A read ends with its task; a
/// command goes on without it, and may still reach the platform: read the device's state then.
///
/// Releasing the client closes it. Sequences and subscriptions keep it alive.
public final class TellusClient: Sendable {
    let native: TellusBindings.TellusClient
    /// For what concerns all streams at once.
    let streams = OpenStreams()
    private let tokens: TokenBridge?
    private let baseURL: String

    /// A client with these settings. Checks them and connects to nothing yet.
    public init(config: TellusConfig, credentials: Credentials) throws(TellusError) {
        baseURL = config.baseURL
        let store = credentials.store.map(StoreBridge.init)
        switch credentials.kind {
        case .clientSecret(let id, let secret):
            tokens = nil
            native = try translated {
                try .withClientSecret(config: config.native, clientId: id, clientSecret: secret, store: store)
            }
        case .tokenProvider(let provider):
            let bridge = TokenBridge(provider)
            tokens = bridge
            native = try translated {
                try .withTokenProvider(config: config.native, provider: bridge, store: store)
            }
        case .accessToken(let token):
            tokens = nil
            native = try translated {
                try .withAccessToken(config: config.native, accessToken: token)
            }
        }
    }

    deinit {
        close()
    }

    /// Ends everything that this client has under way, its streams and the token provider's tasks included, and forgets
    /// the token. Calls fail with ``TellusError/closed(_:)`` from then on. May be called more than once and from
    /// anywhere.
    public func close() {
        try? native.shutdown()
        tokens?.close()
    }

    /// Gets a token if there is none, and so tells early whether the credentials and the address are right.
    public func authenticate() async throws {
        try await awaited { [native] in try await native.authenticate() }
    }

    /// The sites of this operator, all or only those with `status`. Pages of `pageSize` (1 to 100) sites are fetched as
    /// they are needed, none before the first site is asked for.
    public func sites(status: SiteStatus? = nil, pageSize: Int = 100) -> PagedSequence<Site> {
        PagedSequence(
            pages: PageSequence { () throws(TellusError) in
                let pages = try translated {
                    try self.native.sites(status: status?.native, pageSize: UInt32(clamping: pageSize))
                }
                return { try await pages.nextPage(cancel: $0).map(Page.init) }
            })
    }

    /// A charger with its connectors, as it is now.
    public func device(_ id: String) async throws -> Device {
        try await awaited { [native] in Device(try await native.device(deviceId: id, cancel: $0)) }
    }

    /// Chargers that are known to exist: those in ``TellusConfig/devices``, and those that occur in charging records.
    /// The platform has no call that lists them, so a charger that never charged anybody is not found.
    public func knownDevices() async throws -> [KnownDevice] {
        try await awaited { [native] in try await native.knownDevices(cancel: $0).map(KnownDevice.init) }
    }

    /// An authenticated call of any endpoint, also of one that the SDK does not know yet.
    ///
    /// A `GET` counts as a read and may be repeated. Every other method counts as a command: it is never repeated on
    /// doubt, and fails with ``TellusError/outcomeUnknown(_:)`` where the answer is lost.
    ///
    /// - Parameters:
    ///   - method: The HTTP method, e.g. `GET`.
    ///   - path: The path behind `/v1`, e.g. `/operator/sites`, without a query.
    ///   - query: The parameters of the query.
    ///   - body: The body, as a JSON text.
    /// - Returns: The answer's payload, as a JSON text.
    public func request(
        method: String,
        path: String,
        query: [String: String] = [:],
        body: String? = nil
    ) async throws -> String {
        try await awaited { [native] in
            try await native.request(method: method, path: path, query: query, bodyJson: body, cancel: $0)
        }
    }

    /// How many calls of this kind may go out now without waiting, by the SDK's own count.
    public func quotaLeft(_ quota: QuotaClass = .query) -> Int {
        Int((try? native.quotaLeft(class: quota.native)) ?? 0)
    }

    /// What this client has counted about its calls.
    public var stats: ClientStats {
        (try? native.stats()).map(ClientStats.init) ?? ClientStats()
    }
}

extension TellusClient: CustomStringConvertible, CustomReflectable {
    /// Which platform it talks to.
    public var description: String { "TellusClient(\(baseURL))" }
    /// Holds the base URL alone.
    public var customMirror: Mirror { Mirror(self, children: ["baseURL": baseURL]) }
}
