import Foundation
import Testing

@testable import Tellus

@Suite(.timeLimit(.minutes(1))) struct CancellationTests {
    /// Every frame that the core gave away is delivered, however the reader and its cancelling fall together.
    @Test func cancellingAReaderLosesNoBatch() async throws {
        let sandbox = try Sandbox(["--allow-duplicate-streams"], cadence: .milliseconds(5))
        let client = try sandbox.client()
        for round in 0..<20 {
            let stream = try client.stream(devices: sandbox.info.devices)
            let seen = Locked<UInt64>(0)
            let reader = Task {
                for try await batch in stream.batches(maxRows: 1 + round) {
                    seen.withLock { $0 += UInt64(batch.frames.count) }
                }
            }
            try await eventually("frames flow") { seen.now > 20 }
            reader.cancel()
            try await expectCancelled(reader)
            #expect(stream.isClosed)
            for try await batch in stream.batches() { seen.withLock { $0 += UInt64(batch.frames.count) } }
            let stats = stream.stats
            #expect(seen.now == stats.latency.count && seen.now == stats.frames - stats.dropped, "round \(round)")
        }
    }

    @Test func cancellingBetweenTwoElementsClosesTheStream() async throws {
        let sandbox = try Sandbox(["--allow-duplicate-streams"], cadence: .milliseconds(5))
        let client = try sandbox.client()
        let open = { try client.stream(devices: [sandbox.device]) }
        let loops: [@Sendable (TelemetryStream) async throws -> Void] = [
            { for try await _ in $0.batches() { withUnsafeCurrentTask { $0?.cancel() } } },
            { for try await _ in $0.frames { withUnsafeCurrentTask { $0?.cancel() } } },
            // Before the first element.
            {
                withUnsafeCurrentTask { $0?.cancel() }
                for try await _ in $0.batches() {}
            },
            {
                withUnsafeCurrentTask { $0?.cancel() }
                for try await _ in $0.frames {}
            },
        ]
        for loop in loops {
            let stream = try open()
            try await expectCancelled(Task { try await loop(stream) })
            #expect(stream.isClosed)
        }
    }

    @Test func cancellingBetweenTwoPagesFetchesNoMore() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let seen = Locked(0)
        let reader = Task {
            for try await _ in client.chargingRecords(pageSize: 2) {
                seen.withLock { $0 += 1 }
                // In the middle of the second page.
                if seen.now == 3 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        try await expectCancelled(reader)
        #expect(seen.now == 3)
        #expect(try await sandbox.requests(to: "/operator/charging-records") == 2)
    }

    @Test func cancellingWhileAPageIsFetchedReturnsAtOnceAndTheNextLoopStartsAnew() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try await client.authenticate()
        let records = client.chargingRecords(pageSize: 2)
        try await sandbox.fault(#""kind": "slow", "delay_ms": 30000, "path": "/operator/charging-records""#)
        let reader = Task { try await records.first { _ in true } }
        try await eventually("the page is asked for") { try await sandbox.pendingFaults() == 0 }
        reader.cancel()
        try await expectCancelled(reader)
        #expect(try await records.first { _ in true } != nil)
    }

    /// In the core, too: the connection is given up, and nothing is asked for again.
    @Test func aCancelledReadGoesOnNowhere() async throws {
        let sandbox = try Sandbox()
        var config = sandbox.config
        config.requestTimeout = .seconds(600)
        config.readTimeout = .seconds(600)
        let client = try TellusClient(config: config, credentials: sandbox.credentials)
        try await client.authenticate()
        let (device, now) = (sandbox.device, Date())
        let reads: [(path: String, call: @Sendable () async throws -> Void)] = [
            ("/operator/devices/\(device)", { _ = try await client.device(device) }),
            ("/operator/charging-records", { _ = try await client.knownDevices() }),
            ("/operator/sites", { _ = try await client.sites().pages.first { _ in true } }),
            ("/operator/charging-records", { _ = try await client.chargingRecords().pages.first { _ in true } }),
            ("/operator/aggregated/energy", { _ = try await client.energy(.day, start: now - 86_400, end: now) }),
            ("/operator/commands/cmd_1", { _ = try await client.commandStatus("cmd_1") }),
            ("/operator/commands/cmd_2", { _ = try await client.followCommand("cmd_2").first { _ in true } }),
            ("/operator/anything", { _ = try await client.request(method: "GET", path: "/operator/anything") }),
        ]
        for (path, call) in reads {
            let (sent, heard) = (client.stats.requests, try await sandbox.requests(to: path))
            try await sandbox.fault(#""kind": "slow", "delay_ms": 600000, "path": "\#(path)", "times": 1"#)
            let read = Task { try await call() }
            try await eventually("\(path) is asked for") { try await sandbox.pendingFaults() == 0 }
            read.cancel()
            try await expectCancelled(read)
            try await eventually("\(path) is given up") { try await sandbox.requests(to: path) == heard + 1 }
            #expect(client.stats.requests == sent + 1)
        }
    }

    @Test func aProviderThatHangsHoldsUpNobodyWhoGoesAway() async throws {
        let sandbox = try Sandbox()
        let asked = Locked(0)
        let client = try TellusClient(
            config: sandbox.config,
            credentials: .tokenProvider {
                asked.withLock { $0 += 1 }
                try await Task.sleep(for: .seconds(600))
                throw Problem("not reached")
            })
        let call = Task { try await client.device(sandbox.device) }
        let stream = try client.stream(devices: [sandbox.device])
        let reader = Task { try await stream.frames.first { _ in true } }
        try await eventually("the closure runs") { asked.now == 1 }
        call.cancel()
        try await expectCancelled(call)
        reader.cancel()
        try await expectCancelled(reader)
        let late = Task { try await client.authenticate() }
        client.close()
        #expect(try await failure { try await late.value }.kind == "Closed")
        #expect(asked.now == 1)
    }
}
