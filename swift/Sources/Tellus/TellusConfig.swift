/// Settings of a client. Only ``baseURL`` is needed; `nil` stands for the default that each setting names.
public struct TellusConfig: Sendable, Hashable {
    /// The platform's base URL, given to you with the credentials. `/v1` is added where it is missing. Holds no user
    /// and no password.
    public var baseURL: String
    /// Certificates (PEM) of further authorities to trust, besides the public ones: a sandbox's or a company's.
    public var extraRootsPEM: [String] = []
    /// Allows plain `http://` to a host that is not this machine: a simulator or a phone in the lab.
    public var allowInsecureHTTP = false
    /// Devices that the app knows: the platform has no call that lists them. Used by ``TellusClient/knownDevices()``.
    public var devices: [String] = []
    /// Appended to the `User-Agent` header, e.g. `installer-app/2.1`.
    public var userAgentSuffix: String?
    /// The longest wait for any one answer. Default: 30 s.
    public var requestTimeout: Duration?
    /// How often a call is sent at most, the first time included. Default: 5.
    public var maxAttempts: Int?
    /// The nominal wait before the first retry of a call and before a stream connects again; each further one doubles
    /// it. Default: 1 s.
    public var backoffBase: Duration?
    /// Reads per minute. Lower it when several processes share a `client_id`. Default: 60, the platform's limit.
    public var queriesPerMinute: Int?
    /// How many connector readings wait for the consumer of a stream at most; beyond that the oldest frames are
    /// dropped, and counted in ``StreamStats/dropped``. Default: 65,536.
    public var mailboxRows: Int?

    /// The default settings for a platform at `baseURL`.
    public init(baseURL: String) {
        self.baseURL = baseURL
    }
}
