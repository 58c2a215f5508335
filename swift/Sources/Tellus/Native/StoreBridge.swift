internal import TellusBindings

/// A public store as the generated code sees it.
final class StoreBridge: TellusBindings.TokenStore, Sendable {
    private let store: any TokenStore

    init(_ store: any TokenStore) {
        self.store = store
    }

    func load() throws -> TellusBindings.StoredToken? {
        try reported {
            try store.load().map { stored in
                TellusBindings.StoredToken(
                    token: stored.token, lifetime: stored.lifetime.nativeSeconds,
                    expiresAt: try moment("expires_at", stored.expiresAt))
            }
        }
    }

    func save(token: TellusBindings.StoredToken) throws {
        let stored = StoredToken(
            token: token.token, lifetime: Duration(nativeSeconds: token.lifetime), expiresAt: token.expiresAt)
        try reported { try store.save(stored) }
    }

    func tryLease(duration: Double) throws -> Bool {
        try reported { try store.tryLease(Duration(nativeSeconds: duration)) }
    }

    func release() throws {
        try reported { try store.release() }
    }
}
