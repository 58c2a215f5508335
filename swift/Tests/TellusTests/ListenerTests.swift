import Foundation
import Testing

@testable import Tellus

@Suite(.timeLimit(.minutes(1))) struct ListenerTests {
    @Test func framesAndEventsArriveUntilItIsClosed() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let recorder = Recorder()
        let subscription = try client.subscribe(devices: [sandbox.device], listener: recorder)
        try await eventually("frames arrive") { recorder.frames.now.count >= 3 }
        #expect(recorder.events.now.map(\.status).prefix(2) == [.connecting, .live])
        #expect(!subscription.isClosed && "\(subscription)" == "TelemetrySubscription(open)")
        #expect(subscription.stats.frames >= 3)
        subscription.close()
        subscription.close()
        #expect(subscription.isClosed)
        try await eventually("the last event tells the end") { recorder.events.now.last?.status == .closed }
        let frames = recorder.frames.now.count
        try await eventually("the socket is closed") { try await sandbox.journal(of: "stream_close").count == 1 }
        #expect(recorder.frames.now.count == frames)
    }

    @Test func closingInsideTheCallbackWorks() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let own = Locked<TelemetrySubscription?>(nil)
        let recorder = Recorder { _ in
            own.now?.close()
            client.close()
        }
        own.withLock { $0 = try? client.subscribe(devices: [sandbox.device], listener: recorder) }
        try await eventually("it ends") { recorder.events.now.last?.status == .closed }
        #expect(own.now?.isClosed == true)
        try await eventually("the socket is closed") {
            try await sandbox.journal(of: "stream_close").first?.reason == "client"
        }
    }

    @Test func aListenerThatThrowsNowAndThenIsSurvived() async throws {
        let sandbox = try Sandbox()
        let recorder = Recorder { number in
            if number % 2 == 1 { throw Problem("no room on the disk\nsecond line") }
        }
        let subscription = try sandbox.client().subscribe(devices: [sandbox.device], listener: recorder)
        try await eventually("it goes on") { recorder.batches.now >= 8 }
        #expect(subscription.stats.listenerFailures >= 4 && !subscription.isClosed)
    }

    @Test func aListenerThatAlwaysThrowsIsDetached() async throws {
        let sandbox = try Sandbox()
        let recorder = Recorder { _ in throw Problem("broken for good") }
        let subscription = try sandbox.client().subscribe(devices: [sandbox.device], listener: recorder)
        try await eventually("it is detached") { subscription.isClosed }
        #expect(recorder.batches.now == 10 && subscription.stats.listenerFailures == 10)
        try await eventually("the socket is closed") { try await sandbox.journal(of: "stream_close").count == 1 }
    }

    @Test func aSlowListenerHoldsUpNobodyElse() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let slow = Recorder { _ in Thread.sleep(forTimeInterval: 0.5) }
        let quick = Recorder()
        let subscriptions = try zip([slow, quick], sandbox.info.devices).map { listener, device in
            try client.subscribe(devices: [device], listener: listener)
        }
        try await eventually("the quick one gets its frames") { quick.frames.now.count >= 10 }
        #expect(slow.batches.now <= quick.batches.now)
        #expect(try await client.device(sandbox.device).deviceId == sandbox.device)
        for subscription in subscriptions { subscription.close() }
    }

    @Test func theListenerIsReleasedAfterTheEnd() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        var recorder: Recorder? = Recorder()
        weak var released = recorder
        let subscription = try client.subscribe(devices: [sandbox.device], listener: #require(recorder))
        recorder = nil
        try await eventually("frames arrive") { released?.frames.now.isEmpty == false }
        subscription.close()
        try await eventually("nobody holds the listener") { released == nil }
    }

    @Test func aWrongArgumentIsRefusedAtOnce() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        for devices in [[], [""], ["a,b"]] {
            let error = try await failure { try client.subscribe(devices: devices, listener: Recorder()) }
            #expect(error.description.hasPrefix("InvalidRequest: devices: "))
        }
    }
}
