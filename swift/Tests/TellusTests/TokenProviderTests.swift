import Foundation
import Testing

@testable import Tellus

/// The credentials for apps: tokens that come from an `async` closure.
@Suite(.timeLimit(.minutes(1))) struct TokenProviderTests {
    @Test func theClosureIsAskedOnceAndItsTokenIsUsed() async throws {
        let sandbox = try Sandbox()
        let asked = Locked(0)
        let client = try TellusClient(
            config: sandbox.config,
            credentials: .tokenProvider {
                asked.withLock { $0 += 1 }
                try await Task.sleep(for: .milliseconds(50))
                return AccessToken(token: try await sandbox.token(), expiresAt: Date(timeIntervalSinceNow: 3600))
            })
        async let one = client.device(sandbox.device)
        async let two = client.device(sandbox.device)
        #expect(try await one.deviceId == two.deviceId)
        #expect(asked.now == 1)
        for try await frame in client.telemetry(devices: [sandbox.device]) {
            #expect(frame.deviceId == sandbox.device)
            break
        }
        #expect(asked.now == 1)
    }

    @Test func aRefusedTokenIsAskedForAgain() async throws {
        let sandbox = try Sandbox()
        let asked = Locked(0)
        let client = try TellusClient(
            config: sandbox.config,
            credentials: .tokenProvider {
                asked.withLock { $0 += 1 }
                return AccessToken(token: try await sandbox.token(), expiresIn: .seconds(3600))
            })
        _ = try await client.device(sandbox.device)
        try await sandbox.fault(#""kind": "revoke_tokens""#)
        _ = try await client.device(sandbox.device)
        #expect(asked.now == 2)
    }

    @Test func aClosureThatThrowsIsAnAuthenticationErrorWithItsFirstLine() async throws {
        let sandbox = try Sandbox()
        let client = try TellusClient(
            config: sandbox.config,
            credentials: .tokenProvider { throw Problem("the backend says 503\nat line 12") })
        let error = try await failure { try await client.device(sandbox.device) }
        #expect(error.description == "Authentication: the token provider failed: the backend says 503")
        #expect(try await sandbox.journal().isEmpty)
    }

    @Test func anEmptyTokenIsRefused() async throws {
        let sandbox = try Sandbox()
        let client = try TellusClient(
            config: sandbox.config,
            credentials: .tokenProvider { AccessToken(token: " ", expiresIn: .seconds(-5)) })
        let error = try await failure { try await client.authenticate() }
        #expect(error.description == "Authentication: the token provider failed: it handed out an empty token")
    }

    @Test func closingCancelsTheClosureAndLetsGoOfIt() async throws {
        final class Owned: Sendable {}
        let sandbox = try Sandbox()
        let (asked, cancelled) = (Locked(false), Locked(false))
        var owned: Owned? = Owned()
        weak var released = owned
        let client = try TellusClient(
            config: sandbox.config,
            credentials: .tokenProvider { [owned] in
                _ = owned
                asked.withLock { $0 = true }
                defer { cancelled.withLock { $0 = Task.isCancelled } }
                try await Task.sleep(for: .seconds(60))
                throw Problem("not reached")
            })
        owned = nil
        let call = Task { try await client.authenticate() }
        try await eventually("the closure runs") { asked.now }
        client.close()
        #expect(try await failure { try await call.value }.kind == "Closed")
        try await eventually("the closure was cancelled") { cancelled.now }
        try await eventually("the closure is let go of") { released == nil }
    }
}
