import Foundation

/// A token as a ``TokenStore`` keeps it. No text form of it shows the token.
public struct StoredToken: Sendable, Hashable, Codable {
    /// The token, without `Bearer`.
    public let token: String
    /// How long it was valid at first.
    public let lifetime: Duration
    /// When it ends, by the wall clock.
    public let expiresAt: Date

    /// A token from its parts.
    public init(token: String, lifetime: Duration, expiresAt: Date) {
        self.token = token
        self.lifetime = lifetime
        self.expiresAt = expiresAt
    }
}

extension StoredToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// When the token ends, and nothing of the token itself.
    public var description: String { "StoredToken(expiresAt: \(expiresAt))" }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Holds the end of its validity alone.
    public var customMirror: Mirror { Mirror(self, children: ["expiresAt": expiresAt]) }
}

/// Keeps a token outside the process, so that a new start of the app needs no token request. Its methods may block and are
/// called from threads of the SDK. A store that throws is as good as an empty one: it costs a token request.
///
/// On Apple systems `KeychainTokenStore` is one.
public protocol TokenStore: Sendable {
    /// The token kept there; `nil` if there is none. A store that cannot be read now throws: that there is no token, it
    /// must not claim.
    func load() throws -> StoredToken?
    /// Keeps a token, in place of the former one.
    func save(_ token: StoredToken) throws
    /// Takes the right to ask for a token, for `duration` at most; `false` if somebody else has it now. For stores that
    /// several processes share. Always granted by default.
    func tryLease(_ duration: Duration) throws -> Bool
    /// Gives that right back. Does nothing by default.
    func release() throws
}

extension TokenStore {
    /// Always granted.
    public func tryLease(_ duration: Duration) throws -> Bool { true }
    /// Does nothing.
    public func release() throws {}
}
