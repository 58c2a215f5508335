import Foundation
import Testing

@testable import Tellus

@Suite(.timeLimit(.minutes(1))) struct GapTests {
    @Test func aLostConnectionIsAGapOfEachDevice() async throws {
        let sandbox = try Sandbox()
        let wanted = Array(sandbox.info.devices.prefix(2)).sorted()
        let stream = try sandbox.client().stream(devices: wanted)
        var seen: Set<String> = []
        for try await frame in stream.frames {
            seen.insert(frame.deviceId)
            if seen.count == 2 { break }
        }
        try await sandbox.fault(#""kind": "stream_drop""#)
        var told: [Gap] = []
        for try await batch in stream.batches() {
            told += batch.gaps.filter { $0.cause == .reconnect }
            if told.filter({ !$0.isOpen }).count == 2 { break }
        }
        #expect(told.filter(\.isOpen).map(\.deviceId).sorted() == wanted)
        let gaps = stream.gaps().filter { $0.cause == .reconnect }
        #expect(gaps.map(\.deviceId).sorted() == wanted && gaps.allSatisfy(told.contains))
        for gap in gaps {
            let (last, next) = (try #require(gap.last), try #require(gap.next))
            #expect(last.timestamp < next.timestamp && last.receivedAt <= gap.openedAt)
            #expect(try #require(gap.closedAt) >= gap.openedAt && !gap.resynced && gap.dropped == 0)
        }
        let first = stream.gaps().filter { $0.cause == .connecting }
        #expect(first.count == 2 && first.allSatisfy { $0.last == nil && $0.next != nil })
        #expect(stream.stats.openGaps == 0 && stream.stats.reconnects == 1)
    }

    @Test func gapsReachAListener() async throws {
        let sandbox = try Sandbox()
        let recorder = Recorder()
        let subscription = try sandbox.client().subscribe(devices: [sandbox.device], listener: recorder)
        try await eventually("the first gap ends") { recorder.gaps.now.contains { !$0.isOpen } }
        #expect(recorder.gaps.now.map(\.cause) == [.connecting, .connecting])
        #expect(recorder.gaps.now.map(\.isOpen) == [true, false])
        try await sandbox.fault(#""kind": "stream_drop""#)
        try await eventually("a break is told") {
            recorder.gaps.now.contains { $0.cause == .reconnect && !$0.isOpen }
        }
        #expect(subscription.gaps().map(\.cause) == [.connecting, .reconnect])
    }

    @Test func aListenerNeedNotCareForGaps() async throws {
        final class Plain: TelemetryListener {
            let frames = Locked(0)
            func onBatch(_ frames: [TelemetryFrame]) { self.frames.withLock { $0 += frames.count } }
            func onStatus(_ event: StatusEvent) {}
        }
        let sandbox = try Sandbox()
        let plain = Plain()
        let subscription = try sandbox.client().subscribe(devices: [sandbox.device], listener: plain)
        try await eventually("frames arrive") { plain.frames.now > 0 }
        #expect(subscription.stats.listenerFailures == 0)
    }

    @Test func whatIsDroppedIsAGapAndCounted() async throws {
        let sandbox = try Sandbox(cadence: .milliseconds(2))
        let stream = try sandbox.client { $0.mailboxRows = 20 }.stream(devices: sandbox.info.devices)
        try await eventually("frames are dropped") { stream.stats.dropped > 100 }
        #expect(Set(stream.drops.keys).isSubset(of: sandbox.info.devices) && !stream.drops.isEmpty)
        for try await batch in stream.batches(maxRows: 5) {
            if batch.gaps.contains(where: { $0.cause == .dropped && $0.dropped > 0 }) { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(stream.gaps().contains { $0.cause == .dropped })
    }

    @Test func theOverflowPolicyIsPassedOn() async throws {
        let sandbox = try Sandbox(cadence: .milliseconds(2))
        let blocked = try sandbox.client {
            $0.mailboxRows = 20
            $0.overflow = .block
        }.stream(devices: [sandbox.info.devices[0]])
        let latest = try sandbox.client {
            $0.overflow = .latest
        }.stream(devices: [sandbox.info.devices[1]])
        try await eventually("the newest replace what they follow") { latest.stats.dropped > 100 }
        #expect(latest.stats.waitingRows < 10)
        #expect(blocked.stats.dropped == 0 && blocked.stats.frames > 0)
    }

    @Test func aSilentDeviceIsAskedForByACall() async throws {
        let sandbox = try Sandbox(cadence: .seconds(600))
        let client = try sandbox.client { $0.resyncInterval = .milliseconds(20) }
        let stream = try client.stream(devices: [sandbox.device])
        let frame = try #require(try await stream.frames.first { $0.source == .call })
        #expect(frame.deviceId == sandbox.device)
        #expect(try await sandbox.requests(to: "/operator/devices/\(sandbox.device)") >= 1)
        #expect(stream.gaps().contains { $0.resynced })
    }
}
