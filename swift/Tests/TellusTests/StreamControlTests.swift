import Foundation
import Testing

@testable import Tellus

@Suite(.timeLimit(.minutes(1))) struct StreamControlTests {
    @Test func aStreamRestsAndGoesOn() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let stream = try client.stream(devices: [sandbox.device])
        #expect(try await stream.frames.first { _ in true }?.deviceId == sandbox.device)
        stream.pause()
        stream.pause()
        try await eventually("the socket is closed") { try await sandbox.journal(of: "stream_close").count == 1 }
        #expect(try await sandbox.journal(of: "stream_close")[0].reason == "client")
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await sandbox.journal(of: "stream_open").count == 1 && !stream.isClosed)
        stream.resume()
        try await eventually("a socket is opened") { try await sandbox.journal(of: "stream_open").count == 2 }
        var states: [StreamStatus] = []
        var paused: [Gap] = []
        for try await batch in stream.batches() {
            states += batch.events.map(\.status)
            paused += batch.gaps.filter { $0.cause == .paused }
            if paused.contains(where: { !$0.isOpen }) { break }
        }
        #expect(states.contains(.paused) && states.last == .live)
        #expect(paused.first?.isOpen == true && paused.last?.last != nil && paused.last?.next != nil)
        #expect(stream.gaps().contains { $0.cause == .paused })
        stream.close()
        #expect(stream.isClosed && "\(stream)" == "TelemetryStream(closed)")
        for try await _ in stream.frames {}
    }

    @Test func devicesComeAndGo() async throws {
        let sandbox = try Sandbox()
        let (one, other) = (sandbox.info.devices[0], sandbox.info.devices[1])
        let stream = try sandbox.client().stream(devices: [one])
        #expect(stream.devices == [one])
        try stream.add([other, one])
        #expect(stream.devices == [one, other].sorted())
        #expect(try await stream.frames.first { $0.deviceId == other } != nil)
        stream.remove([one])
        try await eventually("the stream is opened anew without it") {
            try await sandbox.journal(of: "stream_open").last?.devices == [other]
        }
        #expect(try await field { try stream.add([""]) } == "devices")
        stream.remove([other])
        for try await _ in stream.frames {}
        #expect(stream.devices.isEmpty)
    }

    @Test func aNewNetworkMeansNewConnections() async throws {
        let sandbox = try Sandbox(["--allow-duplicate-streams"])
        let client = try sandbox.client()
        let stream = try client.stream(devices: [sandbox.device])
        let recorder = Recorder()
        let subscription = try client.subscribe(devices: [sandbox.info.devices[1]], listener: recorder)
        try await eventually("both flow") { stream.stats.frames > 0 && !recorder.frames.now.isEmpty }
        stream.networkChanged()
        try await eventually("it connects anew") { stream.stats.reconnects == 1 }
        #expect(subscription.stats.reconnects == 0)
        subscription.networkChanged()
        try await eventually("it connects anew, too") { subscription.stats.reconnects == 1 }
        client.networkChanged()
        try await eventually("both connect anew") {
            stream.stats.reconnects == 2 && subscription.stats.reconnects == 2
        }
    }

    @Test func theBackgroundRestsAllStreams() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let devices = sandbox.info.devices
        let stream = try client.stream(devices: [devices[0]])
        let resting = try client.stream(devices: [devices[1]])
        let subscription = try client.subscribe(devices: [devices[2]], listener: Recorder())
        try await eventually("all flow") {
            [stream.stats, resting.stats, subscription.stats].allSatisfy { $0.frames > 0 }
        }
        resting.pause()
        client.setForeground(false)
        stream.resume()  // not before the app is back
        let late = try client.stream(devices: [devices[3]])
        try await eventually("all sockets are closed") { try await sandbox.journal(of: "stream_close").count == 3 }
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await sandbox.journal(of: "stream_open").count == 3)
        client.setForeground(true)
        try await eventually("all but one are open") { try await sandbox.journal(of: "stream_open").count == 6 }
        try await eventually("the late one has learned of it") { late.stats.connections == 1 }
        #expect(resting.stats.connections == 1 && !subscription.isClosed)
        resting.resume()
        try await eventually("that one, too") { resting.stats.connections == 2 }
    }

    @Test func theSnapshotHoldsTheNewestOfAll() async throws {
        let sandbox = try Sandbox()
        let stream = try sandbox.client().stream(devices: sandbox.info.devices)
        let all = Set(sandbox.info.devices)
        try await eventually("all have reported") { Set(stream.snapshot().map(\.deviceId)) == all }
        let before = Dictionary(uniqueKeysWithValues: stream.snapshot().map { ($0.deviceId, $0.timestamp) })
        try await eventually("newer ones come, without iterating") {
            stream.snapshot().allSatisfy { $0.timestamp > before[$0.deviceId] ?? .distantFuture }
        }
        #expect(stream.drops.isEmpty)
    }

    @Test func aLoopThatIsLeftAndBegunAgainLosesNothing() async throws {
        let sandbox = try Sandbox(cadence: .milliseconds(5))
        let stream = try sandbox.client().stream(devices: sandbox.info.devices)
        try await eventually("frames wait") { stream.stats.waitingRows > 100 }
        var seen: UInt64 = 0
        for _ in 0..<5 {
            for try await _ in stream.frames {
                seen += 1
                if seen % 7 == 0 { break }
            }
        }
        stream.close()
        for try await batch in stream.batches(maxRows: 50) { seen += UInt64(batch.frames.count) }
        #expect(seen == stream.stats.frames && stream.stats.dropped == 0)
        #expect(stream.stats.latency.count == seen && stream.stats.latency.p50 != nil)
    }

    @Test func cancellingALoopClosesItsStream() async throws {
        let sandbox = try Sandbox(cadence: .seconds(600))
        let stream = try sandbox.client().stream(devices: [sandbox.device])
        let reader = Task { try await stream.frames.first { _ in true } }
        try await eventually("the stream is open") { try await sandbox.journal(of: "stream_open").count == 1 }
        reader.cancel()
        try await expectCancelled(reader)
        #expect(stream.isClosed)
    }

    @Test func releasingAStreamClosesIt() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        var stream: TelemetryStream? = try client.stream(devices: [sandbox.device])
        try await eventually("frames flow") { stream?.stats.frames ?? 0 > 0 }
        stream = nil
        try await eventually("the socket is closed") {
            try await sandbox.journal(of: "stream_close").first?.reason == "client"
        }
        client.networkChanged()
    }

    @Test func aSubscriptionIsSteeredToo() async throws {
        let sandbox = try Sandbox()
        let (one, other) = (sandbox.info.devices[0], sandbox.info.devices[1])
        let recorder = Recorder()
        let subscription = try sandbox.client().subscribe(devices: [one], listener: recorder)
        try await eventually("frames arrive") { !recorder.frames.now.isEmpty }
        subscription.pause()
        try await eventually("the pause is told") { recorder.events.now.last?.status == .paused }
        subscription.resume()
        try subscription.add([other])
        try await eventually("the other one reports") { recorder.frames.now.contains { $0.deviceId == other } }
        #expect(subscription.devices == [one, other].sorted())
        #expect(subscription.snapshot().contains { $0.deviceId == other } && subscription.drops.isEmpty)
        #expect(subscription.gaps().contains { $0.cause == .paused })
        subscription.remove([one, other])
        try await eventually("it ends with the last one") { recorder.events.now.last?.status == .closed }
    }
}
