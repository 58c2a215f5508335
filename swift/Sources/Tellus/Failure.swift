/// What is known about a failure. The same facts for every ``TellusError``.
public struct Failure: Sendable, Hashable {
    /// One sentence: what happened and, where possible, what to do next. Holds no secret.
    public let reason: String
    /// The platform's application code, e.g. 2001.
    public let code: Int?
    /// The HTTP status, if there was an HTTP reply.
    public let httpStatus: Int?
    /// Whether the same call may succeed later. The SDK has already tried ``attempts`` times: put no tight loop around
    /// it.
    public let retryable: Bool
    /// How long the platform asks to wait before the next try.
    public let retryAfter: Duration?
    /// The platform's diagnostic details: the text of a JSON object, `{}` if there are none.
    public let details: String
    /// The platform's identifier of the request, to quote in a support case.
    public let requestId: String?
    /// How often the call was sent; 0 if it never was.
    public let attempts: Int
    /// The reason with the numbers that a support case needs, on one line.
    let text: String

    /// A failure from its parts, for previews and tests.
    public init(
        reason: String,
        code: Int? = nil,
        httpStatus: Int? = nil,
        retryable: Bool = false,
        retryAfter: Duration? = nil,
        details: String = "{}",
        requestId: String? = nil,
        attempts: Int = 0
    ) {
        self.init(
            reason: reason, text: reason, code: code, httpStatus: httpStatus, retryable: retryable,
            retryAfter: retryAfter, details: details, requestId: requestId, attempts: attempts)
    }

    init(
        reason: String,
        text: String,
        code: Int?,
        httpStatus: Int?,
        retryable: Bool,
        retryAfter: Duration?,
        details: String,
        requestId: String?,
        attempts: Int
    ) {
        self.reason = reason
        self.text = text
        self.code = code
        self.httpStatus = httpStatus
        self.retryable = retryable
        self.retryAfter = retryAfter
        self.details = details
        self.requestId = requestId
        self.attempts = attempts
    }
}
