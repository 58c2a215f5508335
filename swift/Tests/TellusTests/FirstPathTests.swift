import Foundation
import Tellus
import Testing

/// The four steps that everybody begins with.
@Suite struct FirstPathTests {
    @Test func theVersionComesFromTheNativeLibrary() {
        #expect(TellusSDK.version.split(separator: ".").count == 3)
    }

    @Test(.timeLimit(.minutes(1))) func connectListReadFollowClose() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try await client.authenticate()

        let sites = try await client.sites().collect()
        #expect(sites.count == 3)
        let site = try #require(sites.first)
        #expect(!site.name.isEmpty && site.id == site.siteId)
        let location = try #require(site.location)
        #expect((-90...90).contains(location.lat) && (-180...180).contains(location.lng))
        #expect(try #require(site.powerCapacity) > 0)

        let device = try await client.device(sandbox.device)
        #expect(device.deviceId == sandbox.device)
        #expect(sites.contains { $0.siteId == device.siteId })
        #expect(!device.connectors.isEmpty)
        #expect(device.connectors[0].connectorId == 1)
        let heartbeat = try #require(device.lastHeartbeat)
        #expect(abs(heartbeat.timeIntervalSinceNow) < 3600)

        var frames: [TelemetryFrame] = []
        for try await frame in client.telemetry(devices: [sandbox.device]) {
            frames.append(frame)
            if frames.count == 3 { break }
        }
        #expect(frames.allSatisfy { $0.deviceId == sandbox.device && !$0.connectors.isEmpty })
        #expect(frames[0].timestamp < frames[2].timestamp)
        #expect(abs(frames[0].receivedAt.timeIntervalSinceNow) < 60)

        client.close()
        #expect(try await failure { try await client.device(sandbox.device) }.kind == "Closed")
    }

    @Test(.timeLimit(.minutes(1))) func itGoesOverTLSWithTheGivenRoot() async throws {
        let sandbox = try Sandbox(["--tls"])
        #expect(sandbox.baseURL.hasPrefix("https://"))
        let pem = try String(contentsOfFile: #require(sandbox.info.ca_file), encoding: .utf8)
        let trusting = try sandbox.client { $0.extraRootsPEM = [pem] }
        #expect(try await trusting.device(sandbox.device).deviceId == sandbox.device)
        for try await frame in trusting.telemetry(devices: [sandbox.device]) {
            #expect(frame.deviceId == sandbox.device)
            break
        }
        let wary = try sandbox.client { $0.maxAttempts = 1 }
        let error = try await failure { try await wary.device(sandbox.device) }
        #expect(error.kind == "Connection")
    }
}
