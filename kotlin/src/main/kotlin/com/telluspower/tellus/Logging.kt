package com.telluspower.tellus

import com.telluspower.tellus.ffi.LogLevel as NativeLevel
import com.telluspower.tellus.ffi.LogSink as NativeSink

/** How important a line of the SDK's log is. */
public enum class LogLevel {
    /** Something ended that should not have. */
    Error,

    /** Something went wrong that the SDK deals with. */
    Warn,

    /** What changed. */
    Info,

    /** What helps to find a fault. */
    Debug,
}

/** Takes the SDK's lines, for the app's own log. See [Tellus.setLogSink]. */
public fun interface LogSink {
    /**
     * A line, which holds no secret. Always called from one and the same thread, which waits for nothing else: lines
     * that come while 1,024 wait are lost. What it throws is ignored.
     */
    public fun log(level: LogLevel, line: String)
}

internal class LogSinkBridge(
    private val sink: LogSink,
) : NativeSink {
    // Both lists begin with the gravest.
    override fun log(level: NativeLevel, line: String) = callback { sink.log(LogLevel.entries[level.ordinal], line) }
}
