import Foundation
import Testing

@testable import Tellus

/// No text form of anything shows a secret or a token: a canary is looked for in all of them.
@Suite(.timeLimit(.minutes(1))) struct SecretTests {
    private static let canary = "canary-5f1c0d"

    @Test func nothingShowsTheSecret() async throws {
        let sandbox = try Sandbox(["--client-secret", Self.canary])
        let credentials = sandbox.credentials
        let client = try TellusClient(config: sandbox.config, credentials: credentials)
        try await client.authenticate()
        let wrong = try TellusClient(
            config: sandbox.config, credentials: .clientSecret(id: "nobody", secret: Self.canary + "-wrong"))
        let subscription = try client.subscribe(devices: [sandbox.device], listener: Recorder())
        var pages = client.sites().pages.makeAsyncIterator()
        _ = try await pages.next()
        var frames = client.telemetry(devices: [sandbox.info.devices[1]]).makeAsyncIterator()
        _ = try await frames.next()
        struct Model { let credentials: Credentials, client: TellusClient }
        try check(
            credentials, sandbox.config, client, subscription, pages, frames, client.sites(),
            Model(credentials: credentials, client: client), ["c": credentials], Optional(credentials) as Any,
            try await failure { try await wrong.authenticate() },
            try await failure { try TellusClient(config: TellusConfig(baseURL: "x"), credentials: credentials) })
        #expect("\(credentials)" == "Credentials.clientSecret(id: cpms_sandbox, secret: ***)")
        #expect("\(client)" == "TellusClient(\(sandbox.baseURL))")
    }

    @Test func nothingShowsAToken() async throws {
        let sandbox = try Sandbox()
        let token = AccessToken(token: Self.canary, expiresIn: .seconds(60))
        let credentials = Credentials.tokenProvider { token }
        let client = try TellusClient(config: sandbox.config, credentials: credentials)
        let refused = try await failure { try await client.device(sandbox.device) }
        #expect(refused.kind == "Authentication")
        let stream = try await failure {
            try await client.telemetry(devices: [sandbox.device]).first { _ in true }.map(\.deviceId) ?? ""
        }
        let line = try TellusClient(
            config: sandbox.config,
            credentials: .tokenProvider { AccessToken(token: Self.canary + "\n", expiresIn: .seconds(60)) })
        let unusable = try await failure { try await line.device(sandbox.device) }
        let fixed = Credentials.accessToken(Self.canary)
        let holder = try TellusClient(config: sandbox.config, credentials: fixed)
        let denied = try await failure { try await holder.device(sandbox.device) }
        #expect(denied.kind == "Authentication")
        try check(token, [token], credentials, client, refused, stream, unusable, fixed, holder, denied)
        #expect("\(fixed)" == "Credentials.accessToken(***)")
        #expect("\(token)" == "AccessToken(expiresIn: 60.0 seconds)")
        #expect("\(credentials)" == "Credentials.tokenProvider")
    }

    @Test func nothingShowsTheProxysPassword() async throws {
        let sandbox = try Sandbox()
        var config = sandbox.config
        config.proxy = .url("http://me:\(Self.canary)@127.0.0.1:1")
        config.maxAttempts = 1
        let client = try TellusClient(config: config, credentials: sandbox.credentials)
        let stream = try client.stream(devices: [sandbox.device])
        try check(
            config.proxy, config, client, stream, stream.frames, stream.batches(),
            try await failure { try await client.authenticate() })
        #expect("\(config.proxy)" == "ProxySetting.url(***)")
        config.proxy = .url("ftp://me:\(Self.canary)@host")
        try check(try await failure { try TellusClient(config: config, credentials: sandbox.credentials) })
    }

    @Test func nothingShowsTheSignersSecret() async throws {
        let sandbox = try Sandbox()
        let signing = HmacSigning(secret: Self.canary)
        var config = sandbox.config
        config.signing = signing
        let client = try TellusClient(config: config, credentials: sandbox.credentials)
        let missing = try await failure { try await client.device("nobody") }
        #expect(missing.kind == "NotFound")
        struct Model { let signing: HmacSigning, config: TellusConfig }
        try check(
            signing, Optional(signing) as Any, [signing], ["s": signing], Set([signing]), config, client, missing,
            Model(signing: signing, config: config))
        #expect("\(signing)" == "HmacSigning(secret: ***)")
        // Settings that cannot be are named, and the secret beside them is not.
        config.signing?.signatureHeader = "no header"
        let refused = try await failure { try TellusClient(config: config, credentials: sandbox.credentials) }
        #expect(refused.kind == "InvalidRequest")
        try check(refused, config)
    }

    private func check(_ values: Any..., sourceLocation: SourceLocation = #_sourceLocation) throws {
        for value in values {
            var texts = [String(describing: value), String(reflecting: value), "\(value)"]
            var dumped = ""
            dump(value, to: &dumped)
            texts.append(dumped)
            if let error = value as? any Error { texts.append(error.localizedDescription) }
            for text in texts {
                #expect(!text.contains(Self.canary), sourceLocation: sourceLocation)
                #expect(!text.isEmpty, sourceLocation: sourceLocation)
            }
        }
    }
}
