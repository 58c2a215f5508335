import Foundation
import Tellus

/// The SDK as a contender.
struct Ours: FrameSource {
    private let stream: TelemetryStream

    static func open(_ job: Job) async throws -> Ours {
        let stream = try client(job).stream(devices: job.scenario.deviceIds)
        while stream.stats.connections == 0 { try await Task.sleep(for: .milliseconds(1)) }
        return Ours(stream: stream)
    }

    func read(_ frames: Int, into sums: inout Checksum) async throws {
        var left = frames
        for try await frame in stream.frames {
            for reading in frame.connectors {
                sums.add(
                    connector: reading.connectorId, state: reading.state?.text, power: reading.power,
                    energy: reading.energyDelivered, soc: reading.soc)
            }
            sums.add(
                device: frame.deviceId, secondsSince1970: frame.timestamp.timeIntervalSince1970,
                readings: frame.connectors.count)
            left -= 1
            if left == 0 { return }
        }
        throw Problem("the stream ended")
    }

    /// From the sending of a frame, which is its timestamp, to the callback, in µs; without the first tenth.
    static func latency(_ job: Job) async throws -> Told {
        let listener = Listener(expected: job.scenario.frames)
        let subscription = try client(job).subscribe(devices: job.scenario.deviceIds, listener: listener)
        while !listener.isDone { try await Task.sleep(for: .seconds(1)) }
        subscription.close()
        let delays = listener.delays.dropFirst(listener.delays.count / 10).sorted()
        return Told(frames: delays.count, p50: delays[delays.count / 2], p99: delays[delays.count * 99 / 100])
    }

    /// How often the SDK's threads come and go in a minute in which a stream stands and nothing comes.
    static func idle(_ job: Job) async throws -> Told {
        let listener = Listener(expected: 1)
        let subscription = try client(job).subscribe(devices: job.scenario.deviceIds, listener: listener)
        while subscription.stats.connections == 0 { try await Task.sleep(for: .milliseconds(10)) }
        try await Task.sleep(for: .seconds(1))
        let before = Usage.now
        sleep(60)
        let after = Usage.now
        guard subscription.stats.connections == 1, subscription.stats.reconnects == 0 else {
            throw Problem("the stream did not stand all the time")
        }
        return Told(cpu: after.cpu - before.cpu, switches: after.switches - before.switches)
    }

    private static func client(_ job: Job) throws -> TellusClient {
        var config = TellusConfig(baseURL: job.baseURL)
        config.proxy = .direct
        config.overflow = .block
        // The load server answers no pings.
        config.silence = .seconds(600)
        return try TellusClient(config: config, credentials: .clientSecret(id: "id", secret: "secret"))
    }
}

/// Notes the delay of every frame.
private final class Listener: TelemetryListener, @unchecked Sendable {
    private let lock = NSLock()
    private let expected: Int
    private var noted: [Int] = []

    init(expected: Int) {
        self.expected = expected
        noted.reserveCapacity(expected)
    }

    func onBatch(_ frames: [TelemetryFrame]) {
        let now = Date()
        lock.withLock { noted += frames.map { Int(now.timeIntervalSince($0.timestamp) * 1e6) } }
    }

    func onStatus(_ event: StatusEvent) {
        if case .failed(let error) = event.status { fatalError("\(error)") }
    }

    var delays: [Int] { lock.withLock { noted } }
    var isDone: Bool { delays.count >= expected }
}
