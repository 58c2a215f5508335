import Foundation
import Testing

@testable import Tellus

@Suite(.timeLimit(.minutes(1))) struct TelemetryTests {
    @Test func leavingTheLoopClosesTheSocket() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let telemetry = client.telemetry(devices: sandbox.info.devices)
        #expect(try await sandbox.journal(of: "stream_open").isEmpty)
        for try await _ in telemetry { break }
        try await closedByUs(sandbox)
        #expect(try await sandbox.journal(of: "stream_open").first?.devices?.count == sandbox.info.devices.count)
    }

    @Test func cancellingTheTaskClosesTheSocket() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let seen = Locked(0)
        let reader = Task {
            for try await _ in client.telemetry(devices: [sandbox.device]) { seen.withLock { $0 += 1 } }
        }
        try await eventually("frames flow") { seen.now >= 2 }
        reader.cancel()
        try await expectCancelled(reader)
        try await closedByUs(sandbox)
    }

    @Test func cancellingWhileNothingArrivesClosesItToo() async throws {
        let sandbox = try Sandbox(cadence: .seconds(600))
        let telemetry = try sandbox.client().telemetry(devices: [sandbox.device])
        let reader = Task { try await telemetry.first { _ in true } }
        try await eventually("the stream is open") { try await sandbox.journal(of: "stream_open").count == 1 }
        reader.cancel()
        try await expectCancelled(reader)
        try await closedByUs(sandbox)
    }

    @Test func aRestartOfThePlatformIsSurvived() async throws {
        let first = try Sandbox()
        let client = try first.client()
        let (device, seen) = (first.device, Locked(0))
        let reader = Task {
            for try await _ in client.telemetry(devices: [device]) { seen.withLock { $0 += 1 } }
        }
        try await eventually("frames flow") { seen.now >= 2 }
        await first.stop()
        let second = try Sandbox(["--port", String(first.port)])
        try await eventually("it connects again by itself") { try await second.journal(of: "stream_open").count == 1 }
        let before = seen.now
        try await eventually("frames flow again") { seen.now > before + 2 }
        reader.cancel()
        _ = await reader.result
    }

    @Test func batchesTellWhatHappensToTheStream() async throws {
        let first = try Sandbox()
        let client = try first.client()
        var second: Sandbox?
        var events: [StatusEvent] = []
        var frames = 0
        reading: for try await batch in client.telemetryBatches(devices: [first.device], maxRows: 16) {
            events += batch.events
            frames += batch.frames.count
            if frames > 0, second == nil {
                await first.stop()
                second = try Sandbox(["--port", String(first.port)])
            }
            if events.filter({ $0.status == .live }).count == 2, !batch.frames.isEmpty { break reading }
        }
        #expect(events.first?.status == .connecting)
        let waits = events.compactMap { event -> TellusError? in
            guard case .waiting(let retryIn, let error) = event.status else { return nil }
            #expect(retryIn >= .zero && retryIn < .seconds(1))
            return error
        }
        #expect(waits.first?.kind == "Connection")
        #expect(events.allSatisfy { abs($0.at.timeIntervalSinceNow) < 60 })
    }

    @Test func aStreamThatCannotGoOnThrows() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let unknown = try await failure { try await collect(client.telemetry(devices: ["dvc_nowhere"])) }
        #expect(unknown.kind == "NotFound" && unknown.failure.code == 3001)
        let none = try await failure { try await collect(client.telemetry(devices: [])) }
        #expect(none.description == "InvalidRequest: devices: is empty; name at least one device")
        try await sandbox.fault(#""kind": "error", "status": 403, "code": 2003, "path": "/operator/stream""#)
        var batches = client.telemetryBatches(devices: [sandbox.device]).makeAsyncIterator()
        var last: StreamStatus?
        do {
            while let batch = try await batches.next() { last = batch.events.last?.status ?? last }
            Issue.record("it ended without an error")
        } catch let error as TellusError {
            #expect(error.kind == "PermissionDenied")
            #expect(last == .failed(error))
        }
    }

    @Test func closingTheClientEndsTheLoop() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        var seen = 0
        for try await _ in client.telemetry(devices: [sandbox.device]) {
            seen += 1
            client.close()
        }
        #expect(seen > 0)
        try await closedByUs(sandbox)
        #expect(try await failure { try await collect(client.telemetry(devices: [sandbox.device])) }.kind == "Closed")
    }

    @Test func aSlowConsumerLosesTheOldestFramesAndIsTold() async throws {
        let sandbox = try Sandbox(cadence: .milliseconds(2))
        let client = try sandbox.client { $0.mailboxRows = 20 }
        var batches = client.telemetryBatches(devices: sandbox.info.devices, maxRows: 5).makeAsyncIterator()
        _ = try await batches.next()
        try await eventually("frames are dropped") { batches.stats.dropped > 100 }
        var waiting = 0
        for _ in 0..<4 { waiting += try await batches.next()?.frames.flatMap(\.connectors).count ?? 0 }
        #expect(waiting <= 20)
        let stats = batches.stats
        #expect(stats.frames > stats.dropped && stats.bytes > stats.frames && stats.connections == 1)
    }

    @Test func badFramesAreCountedAndSkipped() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try await sandbox.fault(#""kind": "stream_malformed", "times": 2"#)
        try await sandbox.fault(#""kind": "stream_duplicate", "times": 2"#)
        var frames = client.telemetry(devices: [sandbox.device]).makeAsyncIterator()
        for _ in 0..<6 { #expect(try await frames.next() != nil) }
        #expect(frames.stats.malformed == 2 && frames.stats.duplicates == 2)
    }

    @MainActor @Test func aViewModelOnTheMainActorCanFollow() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        var latest: TelemetryFrame?
        for try await frame in client.telemetry(devices: [sandbox.device]) {
            latest = frame
            break
        }
        #expect(latest?.deviceId == sandbox.device)
    }

    @Test func twoLoopsOverOneSequenceAreTwoStreams() async throws {
        let sandbox = try Sandbox(["--allow-duplicate-streams"])
        let telemetry = try sandbox.client().telemetry(devices: [sandbox.device])
        async let one = telemetry.first { _ in true }
        async let two = telemetry.first { _ in true }
        #expect(try await one?.deviceId == sandbox.device)
        #expect(try await two?.deviceId == sandbox.device)
        #expect(try await sandbox.journal(of: "stream_open").count == 2)
    }

    private func closedByUs(_ sandbox: Sandbox) async throws {
        try await eventually("the socket is closed") { try await sandbox.journal(of: "stream_close").count == 1 }
        #expect(try await sandbox.journal(of: "stream_close")[0].reason == "client")
    }

    private func collect(_ telemetry: TelemetrySequence) async throws -> [TelemetryFrame] {
        try await telemetry.reduce(into: []) { $0.append($1) }
    }
}
