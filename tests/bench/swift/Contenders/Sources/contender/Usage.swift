import Foundation

/// What this process has used so far: all threads, in user space and in the kernel.
struct Usage {
    /// Processor time in seconds.
    let cpu: Double
    /// How often a thread gave the processor away, or was made to.
    let switches: Int

    static var now: Usage {
        var usage = rusage()
        #if os(Linux)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
            getrusage(RUSAGE_SELF, &usage)
        #endif
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Usage(
            cpu: Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9, switches: usage.ru_nvcsw + usage.ru_nivcsw)
    }
}
