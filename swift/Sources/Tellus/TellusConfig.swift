/// Settings of a client. Only ``baseURL`` is needed; `nil` stands for the default that each setting names.
public struct TellusConfig: Sendable, Hashable {
    /// The platform's base URL, given to you with the credentials. `/v1` is added where it is missing. Holds no user
    /// and no password.
    public var baseURL: String
    /// Certificates (PEM) of further authorities to trust, besides the public ones: a sandbox's or a company's.
    public var extraRootsPEM: [String] = []
    /// Public keys (SHA-256 of the SubjectPublicKeyInfo, base64, with or without `sha256/` before it), one of which must
    /// be in the server's chain, besides the usual checks. Name a spare one: a renewed certificate may come with a new
    /// key. Default: none, no check.
    public var spkiPins: [String] = []
    /// Through which proxy the platform is reached, by calls and streams alike. Default: what the environment says.
    public var proxy: ProxySetting = .fromEnvironment
    /// Allows plain `http://` to a host that is not this machine: a simulator or a phone in the lab.
    public var allowInsecureHTTP = false
    /// Devices that the app knows: the platform has no call that lists them. Used by ``TellusClient/knownDevices()``.
    public var devices: [String] = []
    /// Appended to the `User-Agent` header, e.g. `installer-app/2.1`.
    public var userAgentSuffix: String?
    /// The longest wait for any one answer. Default: 30 s.
    public var requestTimeout: Duration?
    /// The longest silence while an answer is awaited or read. Default: 20 s.
    public var readTimeout: Duration?
    /// The longest wait for a host's name to be resolved. Default: 5 s.
    public var dnsTimeout: Duration?
    /// The longest wait for a TCP connection, over all of a host's addresses together. Default: 10 s.
    public var tcpTimeout: Duration?
    /// The longest wait for TLS to be agreed on. Default: 10 s.
    public var tlsTimeout: Duration?
    /// The longest wait for the answer that makes a connection a stream. Default: 10 s.
    public var upgradeTimeout: Duration?
    /// How often a call is sent at most, the first time included. Default: 5.
    public var maxAttempts: Int?
    /// The nominal wait before the first retry of a call and before a stream connects again; each further one doubles
    /// it. Default: 1 s.
    public var backoffBase: Duration?
    /// No nominal wait before a retry or a connection is longer. Default: 30 s.
    public var backoffCap: Duration?
    /// A longer `Retry-After` is not waited out: the call fails, with the value in ``Failure/retryAfter``. Default: 60 s.
    public var maxRetryAfter: Duration?
    /// A `Retry-After` is waited out and up to this much longer, evenly drawn; zero: exactly. Never less. Default: 1 s.
    public var retryAfterJitter: Duration?
    /// Reads per minute. Lower it when several processes share a `client_id`. Default: 60, the platform's limit.
    public var queriesPerMinute: Int?
    /// Control calls per minute. Lower it when several processes share a `client_id`. Default: 30, the platform's limit.
    public var controlsPerMinute: Int?
    /// Token requests per minute. Lower it when several processes share a `client_id`. Default: 10, the platform's
    /// limit.
    public var tokensPerMinute: Int?
    /// The longest wait for a free place in the minute. A call that would have to wait longer, those before it included,
    /// fails at once and unsent with ``TellusError/rateLimited(_:)``; slow answers to those before it can add a fifth.
    /// Default: 75 s.
    public var maxQuotaWait: Duration?
    /// How many connector readings wait for the consumer of a stream at most. Default: 65,536.
    public var mailboxRows: Int?
    /// What happens beyond that. Default: ``OverflowPolicy/dropOldest``.
    public var overflow: OverflowPolicy?
    /// More chargers than this are spread over more connections. Default: 200.
    public var maxDevicesPerConnection: Int?
    /// How long the URL of a stream's connection, which names its chargers, may be, in bytes: beyond it they are spread
    /// over more connections. Default: 4,096.
    public var maxURLBytes: Int?
    /// The part of the chargers that the streams of this process carry, where several share a fleet. Default: all.
    public var partition: Partition?
    /// A stream sends a ping this often. Default: 15 s.
    public var pingInterval: Duration?
    /// A stream's connection on which nothing arrived for this long is dead; longer than ``pingInterval``. Default: 40 s.
    public var silence: Duration?
    /// The nominal wait before a stream connects again, where it is not ``backoffBase``.
    public var reconnectBase: Duration?
    /// No nominal wait between connections is longer, where that is not ``backoffCap``.
    public var reconnectCap: Duration?
    /// How often a stream's first connection is tried before the stream fails. Default: 5.
    public var firstAttempts: Int?
    /// An active charger that reports nothing for this many times its usual interval (10 s at least) has a gap; at least
    /// 2, or 0 for never. Default: 5.
    public var staleFactor: Int?
    /// How many ended gaps a stream keeps: see ``TelemetryControl/gaps()``. Default: 65,536.
    public var gapsKept: Int?
    /// After a gap, ask for the charger's state by a call, with this much time between two calls, and deliver the answer
    /// as a frame with the source ``FrameSource/call``. The calls count against the limit of reads. Default: off.
    public var resyncInterval: Duration?
    /// Signs every request. Default: none is signed.
    public var signing: HmacSigning?
    /// The time by which everything goes, in the SDK's own tests.
    @_spi(Testing) public var clock: TestClock?

    /// The default settings for a platform at `baseURL`.
    public init(baseURL: String) {
        self.baseURL = baseURL
    }
}
