import Foundation
import Testing

@testable import Tellus

@Suite(.timeLimit(.minutes(1))) struct TokenStoreTests {
    /// A store in memory, as far as it works.
    private final class Store: TokenStore {
        let kept = Locked<StoredToken?>(nil)
        let leases = Locked<[String]>([])
        let works: Bool

        init(works: Bool = true) { self.works = works }

        func load() throws -> StoredToken? {
            guard works else { throw Problem("locked until the first unlock") }
            return kept.now
        }

        func save(_ token: StoredToken) throws {
            guard works else { throw Problem("locked until the first unlock") }
            kept.withLock { $0 = token }
        }

        func tryLease(_ duration: Duration) -> Bool {
            leases.withLock { $0.append("lease for \(duration.components.seconds) s") }
            return true
        }

        func release() { leases.withLock { $0.append("release") } }
    }

    @Test func aNewStartNeedsNoTokenRequest() async throws {
        let sandbox = try Sandbox()
        let store = Store()
        let credentials = Credentials.clientSecret(
            id: sandbox.info.client_id, secret: sandbox.info.client_secret, store: store)
        for _ in 0..<2 {
            let client = try TellusClient(config: sandbox.config, credentials: credentials)
            _ = try await client.device(sandbox.device)
            client.close()
        }
        #expect(try await sandbox.requests(to: "/operator/oauth/token") == 1)
        #expect(store.leases.now == ["lease for 60 s", "release"])
        let kept = try #require(store.kept.now)
        #expect(kept.expiresAt > Date() && kept.lifetime > .seconds(60))
        #expect(
            !"\(kept)\(String(reflecting: kept))\(Mirror(reflecting: kept).children.map { "\($0)" })".contains(
                kept.token))
    }

    @Test func anAppsProviderIsNotAskedForATokenThatIsKept() async throws {
        let sandbox = try Sandbox()
        let (store, asked) = (Store(), Locked(0))
        let credentials = Credentials.tokenProvider(store: store) {
            asked.withLock { $0 += 1 }
            return AccessToken(token: try await sandbox.token(), expiresIn: .seconds(3600))
        }
        for _ in 0..<2 {
            let client = try TellusClient(config: sandbox.config, credentials: credentials)
            _ = try await client.device(sandbox.device)
        }
        #expect(asked.now == 1)
        // A kept token that the platform refuses is replaced.
        try await sandbox.fault(#""kind": "revoke_tokens""#)
        let before = store.kept.now
        let client = try TellusClient(config: sandbox.config, credentials: credentials)
        _ = try await client.device(sandbox.device)
        #expect(asked.now == 2 && store.kept.now != before)
    }

    @Test func aStoreThatFailsCostsATokenRequestAndNothingElse() async throws {
        let sandbox = try Sandbox()
        let broken = Credentials.clientSecret(
            id: sandbox.info.client_id, secret: sandbox.info.client_secret, store: Store(works: false))
        let client = try TellusClient(config: sandbox.config, credentials: broken)
        #expect(try await client.device(sandbox.device).deviceId == sandbox.device)
        let absurd = Store()
        absurd.kept.withLock {
            $0 = StoredToken(token: "x", lifetime: .seconds(Int64.max), expiresAt: .distantFuture + 1e15)
        }
        let other = Credentials.clientSecret(
            id: sandbox.info.client_id, secret: sandbox.info.client_secret, store: absurd)
        _ = try await TellusClient(config: sandbox.config, credentials: other).device(sandbox.device)
        #expect(try await sandbox.requests(to: "/operator/oauth/token") == 2)
    }

    @Test func aStoredTokenSurvivesItsTextForm() throws {
        let token = StoredToken(
            token: "secret", lifetime: .milliseconds(3_600_500), expiresAt: Date(timeIntervalSince1970: 1_768_465_800.5)
        )
        let data = try JSONEncoder().encode(token)
        #expect(try JSONDecoder().decode(StoredToken.self, from: data) == token)
    }
}
