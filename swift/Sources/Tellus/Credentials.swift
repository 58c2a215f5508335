/// How a client authenticates. No text form of it shows a secret.
public struct Credentials: Sendable {
    enum Kind: Sendable {
        case clientSecret(id: String, secret: String)
        case tokenProvider(@Sendable () async throws -> AccessToken)
        case accessToken(String)
    }

    let kind: Kind
    /// Where the token is kept besides.
    let store: (any TokenStore)?

    private init(_ kind: Kind, store: (any TokenStore)? = nil) {
        self.kind = kind
        self.store = store
    }

    /// `client_id` and `client_secret`: for servers and command-line tools only. The token is kept in `store`, if there is
    /// one, for the next start.
    ///
    /// - Warning: Never in an app. Whoever has the app has the secret, and with it the whole operator account. Apps use
    ///   ``tokenProvider(store:_:)``.
    public static func clientSecret(
        id: String, secret: String, store: (any TokenStore)? = nil
    ) -> Credentials {
        Credentials(.clientSecret(id: id, secret: secret), store: store)
    }

    /// Access tokens from your own backend, which keeps the `client_secret`: the credentials for apps.
    ///
    /// The closure is called when the SDK needs a token: before the first call, some minutes before the last token
    /// expires, and when the platform refuses it. There is only one call at a time. It has 30 s; what it throws makes
    /// the waiting calls fail with ``TellusError/authentication(_:)`` and the first line of the error's text. It runs
    /// in a task that is cancelled when the client is closed. Its tokens are kept in `store`, if there is one: then a new
    /// start of the app does not ask for one that is still valid.
    public static func tokenProvider(
        store: (any TokenStore)? = nil, _ provider: @escaping @Sendable () async throws -> AccessToken
    ) -> Credentials {
        Credentials(.tokenProvider(provider), store: store)
    }

    /// A token that you have, without `Bearer`, and that nobody renews: for scripts and tests. When it has expired, calls
    /// fail with ``TellusError/authentication(_:)``.
    public static func accessToken(_ token: String) -> Credentials {
        Credentials(.accessToken(token))
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Which kind of credentials it is and the public id, without the secret.
    public var description: String {
        switch kind {
        case .clientSecret(let id, _): "Credentials.clientSecret(id: \(id), secret: ***)"
        case .tokenProvider: "Credentials.tokenProvider"
        case .accessToken: "Credentials.accessToken(***)"
        }
    }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Holds nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
