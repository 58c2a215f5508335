internal import TellusBindings

/// How important a line of the log is; the least important one is the greatest.
public enum LogLevel: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// Something ended that should not have.
    case error
    /// Something went wrong that the SDK deals with.
    case warn
    /// What changed.
    case info
    /// What helps to find a fault.
    case debug

    /// Whether `lhs` is more important.
    public static func < (lhs: LogLevel, rhs: LogLevel) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension TellusSDK {
    /// Gives what the SDK tells, up to this level, to `sink`, in place of the former one; `nil` ends it. Nothing is told by
    /// default. For the whole process.
    ///
    /// The sink is called from one and the same thread, and holds up nothing: lines that come while 1,024 wait are lost.
    /// No line holds a secret.
    public static func setLogSink(upTo level: LogLevel = .info, _ sink: (@Sendable (LogLevel, String) -> Void)?) {
        // Fails only with a panic, and without a log the app goes on.
        try? TellusBindings.setLogSink(sink: sink.map(LogBridge.init), level: level.native)
    }
}

/// A public sink as the generated code sees it.
private final class LogBridge: TellusBindings.LogSink, Sendable {
    private let sink: @Sendable (LogLevel, String) -> Void

    init(_ sink: @escaping @Sendable (LogLevel, String) -> Void) {
        self.sink = sink
    }

    func log(level: TellusBindings.LogLevel, line: String) throws {
        sink(LogLevel(level), line)
    }
}

extension LogLevel {
    fileprivate init(_ native: TellusBindings.LogLevel) {
        switch native {
        case .error: self = .error
        case .warn: self = .warn
        case .info: self = .info
        case .debug: self = .debug
        }
    }

    fileprivate var native: TellusBindings.LogLevel {
        switch self {
        case .error: .error
        case .warn: .warn
        case .info: .info
        case .debug: .debug
        }
    }
}
