package com.telluspower.tellus

import com.telluspower.tellus.ffi.sdkVersion
import com.telluspower.tellus.ffi.LogLevel as NativeLevel
import com.telluspower.tellus.ffi.setLogSink as setNativeLogSink

/** What concerns the SDK as a whole. */
public object Tellus {
    /** The version of the SDK. */
    public val version: String
        get() = native { sdkVersion() }

    /**
     * Gives the SDK's lines up to this [level] to a [sink], in place of the former one, for all clients of the process.
     * Without a sink no lines are made, which is how it begins.
     */
    public fun setLogSink(level: LogLevel = LogLevel.Info, sink: LogSink?): Unit =
        native { setNativeLogSink(sink?.let(::LogSinkBridge), NativeLevel.entries[level.ordinal]) }
}
