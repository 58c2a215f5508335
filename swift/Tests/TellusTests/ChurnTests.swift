#if os(Linux)
    import Foundation
    import Testing

    @testable import Tellus

    /// Streams that come and go leave nothing behind. `.ci/swift` gives this a process of its own, whose threads and memory
    /// are those of this test alone.
    @Suite(.timeLimit(.minutes(4))) struct ChurnTests {
        private static let cycles = 10_000
        /// Every so many cycles wait until their connection stands.
        private static let connected = 8

        @Test func tenThousandSubscriptionsLeaveNothingBehind() async throws {
            let sandbox = try Sandbox(["--allow-duplicate-streams"], cadence: .seconds(600))
            let client = try sandbox.client()
            try await client.authenticate()
            let devices = [sandbox.device]
            var (live, warm) = (0, Footprint())
            for cycle in 0..<Self.cycles {
                let recorder = Recorder()
                let subscription = try client.subscribe(devices: devices, listener: recorder)
                if cycle % Self.connected == 0 {
                    while !recorder.events.now.contains(where: { $0.status == .live }) {
                        try await Task.sleep(for: .microseconds(200))
                    }
                    live += 1
                }
                subscription.close()
                // The first ones pay for buffers and caches that are kept.
                if cycle == Self.cycles / 4 { warm = try await settled(sandbox) }
            }
            let end = try await settled(sandbox)
            #expect(live >= 1000)
            #expect(end.threads == warm.threads && end.files <= warm.files, "\(warm) -> \(end)")
            #expect(end.megabytes < warm.megabytes + 8, "\(warm) -> \(end)")
        }

        /// What this process holds when all streams have ended.
        private func settled(_ sandbox: Sandbox) async throws -> Footprint {
            try await eventually("no listener's thread is left") { Footprint().listeners == 0 }
            try await eventually("all sockets are closed") {
                let journal = try await sandbox.journal()
                return journal.filter { $0.event == "stream_open" }.count
                    == journal.filter { $0.event == "stream_close" }.count
            }
            return Footprint()
        }
    }

    /// What this process holds, as the kernel tells it.
    private struct Footprint {
        /// The SDK's own, by name. How many the system keeps for the language's tasks is its own affair.
        let threads: [String]
        let listeners: Int
        let files: Int
        let megabytes: Double

        init() {
            func names(_ folder: String) -> [String] {
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(folder)")) ?? []
            }
            let tasks = names("task").compactMap {
                try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
            }
            threads = tasks.filter { $0.hasPrefix("tellus-") }.sorted()
            listeners = tasks.filter { $0.hasPrefix("tellus-listener") }.count
            files = names("fd").count
            let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
            megabytes = Double(pages?.dropFirst().first ?? "0").map { $0 * 4096 / 1e6 } ?? 0
        }
    }
#endif
