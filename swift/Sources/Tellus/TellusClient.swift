internal import TellusBindings

/// A client of the Tellus platform. Make one and share it: all calls share the token, the limits and the connections.
///
/// Every call throws ``TellusError``, or `CancellationError` if its task is cancelled. The request of a cancelled call
/// may still reach the platform: after a cancelled command, read the device's state.
///
/// Releasing the client closes it. Sequences and subscriptions keep it alive.
public final class TellusClient: Sendable {
    private let native: TellusBindings.TellusClient
    private let tokens: TokenBridge?
    private let baseURL: String

    /// A client with these settings. Checks them and connects to nothing yet.
    public init(config: TellusConfig, credentials: Credentials) throws(TellusError) {
        baseURL = config.baseURL
        switch credentials.kind {
        case .clientSecret(let id, let secret):
            tokens = nil
            native = try translated {
                try .withClientSecret(config: config.native, clientId: id, clientSecret: secret)
            }
        case .tokenProvider(let provider):
            let bridge = TokenBridge(provider)
            tokens = bridge
            native = try translated {
                try .withTokenProvider(config: config.native, provider: bridge)
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
    public func sites(status: SiteStatus? = nil, pageSize: Int = 100) -> SiteSequence {
        SiteSequence(pages: SitePageSequence(client: self, status: status, pageSize: pageSize))
    }

    /// A charger with its connectors, as it is now.
    public func device(_ id: String) async throws -> Device {
        try await awaited { [native] in Device(try await native.device(deviceId: id)) }
    }

    /// Chargers that are known to exist: those in ``TellusConfig/devices``, and those that occur in charging records.
    /// The platform has no call that lists them, so a charger that never charged anybody is not found.
    public func knownDevices() async throws -> [KnownDevice] {
        try await awaited { [native] in try await native.knownDevices().map(KnownDevice.init) }
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
            try await native.request(method: method, path: path, query: query, bodyJson: body)
        }
    }

    /// The live telemetry of these chargers, frame by frame. Iterating opens the connection; leaving the loop, or
    /// cancelling its task, closes it.
    public func telemetry(devices: [String]) -> TelemetrySequence {
        TelemetrySequence(client: self, devices: devices)
    }

    /// The live telemetry of these chargers in batches of at most `maxRows` connector readings, with what happens to
    /// the stream itself.
    public func telemetryBatches(devices: [String], maxRows: Int = 1024) -> TelemetryBatchSequence {
        TelemetryBatchSequence(client: self, devices: devices, maxRows: maxRows)
    }

    /// Delivers the live telemetry of these chargers to a listener until the subscription is closed or released.
    public func subscribe(
        devices: [String],
        listener: any TelemetryListener
    ) throws(TellusError) -> TelemetrySubscription {
        let subscription = try translated {
            try native.subscribe(devices: devices, listener: ListenerBridge(listener))
        }
        return TelemetrySubscription(subscription, client: self)
    }
}

// What the sequences open when they are iterated.
extension TellusClient {
    func openTelemetry(devices: [String]) throws(TellusError) -> TellusBindings.TelemetrySubscription {
        try translated { try native.telemetry(devices: devices) }
    }

    func openSites(status: SiteStatus?, pageSize: Int) throws(TellusError) -> TellusBindings.SitePages {
        try translated { try native.sites(status: status?.native, pageSize: UInt32(clamping: pageSize)) }
    }
}

extension TellusClient: CustomStringConvertible, CustomReflectable {
    /// Which platform it talks to.
    public var description: String { "TellusClient(\(baseURL))" }
    /// Holds the base URL alone.
    public var customMirror: Mirror { Mirror(self, children: ["baseURL": baseURL]) }
}
