import Foundation

/// What this process has used so far.
struct Usage {
    /// Processor time of all threads in seconds, in user space and in the kernel.
    let cpu: Double
    /// How often one of the SDK's threads gave the processor away, or was made to. Of a bare program's threads, Foundation
    /// wakes one each second on Linux; that is not the SDK's doing.
    let switches: Int

    static var now: Usage {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Usage(cpu: Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9, switches: switches)
    }

    private static var switches: Int {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.reduce(0) { sum, task in
            let folder = "/proc/self/task/\(task)"
            guard let name = try? String(contentsOfFile: "\(folder)/comm", encoding: .utf8), name.hasPrefix("tellus-"),
                let status = try? String(contentsOfFile: "\(folder)/status", encoding: .utf8)
            else { return sum }
            let lines = status.split(separator: "\n").filter { $0.contains("ctxt_switches:") }
            return sum + lines.compactMap { $0.split(separator: "\t").last.flatMap { Int($0) } }.reduce(0, +)
        }
    }
}
