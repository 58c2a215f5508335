import Foundation
import Testing

@testable import Tellus

/// The log is the process's: what other tests do meanwhile is told, too.
@Suite(.timeLimit(.minutes(1)), .serialized) struct LogTests {
    @Test func whatTheSDKDoesIsToldWithoutItsSecret() async throws {
        let secret = "canary-77ab02"
        let sandbox = try Sandbox(["--client-secret", secret])
        let lines = Locked<[(LogLevel, String)]>([])
        TellusSDK.setLogSink(upTo: .debug) { level, line in lines.withLock { $0.append((level, line)) } }
        defer { TellusSDK.setLogSink(nil) }
        let client = try sandbox.client()
        try await sandbox.fault(#""kind": "html", "status": 502, "path": "/operator/devices/""#)
        _ = try await client.device(sandbox.device)
        let token = try await sandbox.token()
        try await eventually("the repeated call is told") { lines.now.contains { $0.1.contains("502") } }
        #expect(lines.now.allSatisfy { !$0.1.contains(secret) && !$0.1.contains(token) })
        #expect(Set(lines.now.map(\.0)).count > 1)
    }

    @Test func theReadmesSinkPrints() async throws {
        startLogging()
        defer { TellusSDK.setLogSink(nil) }
        let sandbox = try Sandbox()
        for try await _ in try sandbox.client().telemetry(devices: [sandbox.device]) { break }
        try await eventually("a line is printed") { printed.now.contains { $0.hasPrefix("info: ") } }
    }

    @Test func onlyWhatIsImportantEnoughIsTold() async throws {
        let sandbox = try Sandbox()
        let lines = Locked<[(LogLevel, String)]>([])
        TellusSDK.setLogSink(upTo: .warn) { level, line in lines.withLock { $0.append((level, line)) } }
        defer { TellusSDK.setLogSink(nil) }
        // Warns each time.
        var config = TellusConfig(baseURL: "http://lab.invalid")
        config.allowInsecureHTTP = true
        _ = try TellusClient(config: config, credentials: sandbox.credentials)
        try await eventually("the warning arrives") {
            lines.now.contains { $0.0 == .warn && $0.1.contains("lab.invalid") }
        }
        #expect(lines.now.allSatisfy { $0.0 <= .warn })
        TellusSDK.setLogSink(nil)
        // The last line may be on its way.
        try await Task.sleep(for: .milliseconds(50))
        let before = lines.now.count
        _ = try TellusClient(config: config, credentials: sandbox.credentials)
        try await sandbox.client().authenticate()
        #expect(lines.now.count == before)
    }
}
