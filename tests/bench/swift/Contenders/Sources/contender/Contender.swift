import Foundation

/// One contender in a fresh process: `contender WORK BASE SCENARIO`. Prints a line of JSON.
@main
struct Contender {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4, let scenario = Scenario(arguments[3]) else {
            throw Problem("usage: contender WORK BASE SCENARIO")
        }
        let job = Job(base: arguments[2], scenario: scenario)
        let told =
            switch arguments[1] {
            case "ours": try await throughput(frames: job.scenario.frames, of: Ours.open(job))
            case "peer": try await throughput(frames: job.scenario.frames, of: Peer.open(job))
            case "latency": try await Ours.latency(job)
            case "idle": try await Ours.idle(job)
            default: throw Problem("no such work: \(arguments[1])")
            }
        print(String(decoding: try JSONEncoder().encode(told), as: UTF8.self))
    }

    /// What reading so many frames costs from the moment on at which the stream stands.
    private static func throughput(frames: Int, of stream: some FrameSource) async throws -> Told {
        var sums = Checksum()
        let before = Usage.now
        try await stream.read(frames, into: &sums)
        return Told(frames: frames, cpu: Usage.now.cpu - before.cpu, checksum: sums)
    }
}

/// A stream that stands, and whose frames come a moment later.
protocol FrameSource {
    /// Adds up every field of so many frames.
    func read(_ frames: Int, into sums: inout Checksum) async throws
}

/// What a contender tells; what it has not measured is left out.
struct Told: Encodable, Sendable {
    var frames: Int?
    /// Processor time in seconds.
    var cpu: Double?
    var checksum: Checksum?
    /// Delays in µs.
    var p50: Int?
    var p99: Int?
    /// Changes of threads.
    var switches: Int?
}

struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
