import Foundation

/// An access token, as a token provider hands it out. No text form of it shows the token.
public struct AccessToken: Sendable {
    let token: String
    let expiresIn: Duration

    /// A token, without `Bearer`, that is valid for `expiresIn` from now.
    public init(token: String, expiresIn: Duration) {
        self.token = token
        self.expiresIn = expiresIn
    }

    /// A token, without `Bearer`, that is valid until `expiresAt` by this machine's clock.
    public init(token: String, expiresAt: Date) {
        self.init(token: token, expiresIn: .seconds(expiresAt.timeIntervalSinceNow))
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How long the token is valid, and nothing of the token itself.
    public var description: String { "AccessToken(expiresIn: \(expiresIn))" }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Holds the validity alone.
    public var customMirror: Mirror { Mirror(self, children: ["expiresIn": expiresIn]) }
}
