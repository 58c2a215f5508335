import Foundation

/// Why a call failed. The cases differ in what the caller does next; the facts are in ``failure``.
///
/// A panic inside the SDK, which would be a bug, arrives as ``closed(_:)`` with a reason that says so.
public enum TellusError: Error, Sendable, Hashable {
    /// The platform does not accept the credentials or the token. Check the id and the secret, or what the token
    /// provider hands out.
    case authentication(Failure)
    /// The credentials are valid but lack the scope (`read` or `write`) for this call.
    case permissionDenied(Failure)
    /// The thing does not exist, or belongs to another operator: the platform does not tell which.
    case notFound(Failure)
    /// An argument is missing or out of range; ``Failure/details`` names the field where known.
    case invalidRequest(Failure)
    /// The thing is in a state that does not allow the call.
    case conflict(Failure)
    /// A request limit is reached. ``Failure/retryAfter`` says how long to wait.
    case rateLimited(Failure)
    /// The platform, or a proxy before it, failed.
    case server(Failure)
    /// The platform could not be reached, or the connection broke.
    case connection(Failure)
    /// The platform did not answer in time.
    case timeout(Failure)
    /// The answer could not be understood.
    case decode(Failure)
    /// A command was sent and no answer came: it may or may not have been carried out. Never sent again by the SDK.
    /// Read the state before sending it again.
    case outcomeUnknown(Failure)
    /// The client or the subscription is closed.
    case closed(Failure)

    /// What is known about it.
    public var failure: Failure {
        switch self {
        case .authentication(let failure), .permissionDenied(let failure), .notFound(let failure),
            .invalidRequest(let failure), .conflict(let failure), .rateLimited(let failure), .server(let failure),
            .connection(let failure), .timeout(let failure), .decode(let failure), .outcomeUnknown(let failure),
            .closed(let failure):
            failure
        }
    }

    /// The kind's name, the same in every language of the SDK, e.g. `PermissionDenied`.
    public var kind: String {
        switch self {
        case .authentication: "Authentication"
        case .permissionDenied: "PermissionDenied"
        case .notFound: "NotFound"
        case .invalidRequest: "InvalidRequest"
        case .conflict: "Conflict"
        case .rateLimited: "RateLimited"
        case .server: "Server"
        case .connection: "Connection"
        case .timeout: "Timeout"
        case .decode: "Decode"
        case .outcomeUnknown: "OutcomeUnknown"
        case .closed: "Closed"
        }
    }
}

extension TellusError: CustomStringConvertible, LocalizedError {
    /// One line: kind, reason, and the numbers that a support case needs.
    public var description: String { "\(kind): \(failure.text)" }

    /// The same line, so that `localizedDescription` reads well.
    public var errorDescription: String? { description }
}
