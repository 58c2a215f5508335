package com.telluspower.tellus.readme

// README: Logging
import com.telluspower.tellus.LogLevel
import com.telluspower.tellus.Tellus

fun logTo(print: (String) -> Unit) =
    Tellus.setLogSink(LogLevel.Info) { level, line -> print("${level.name.uppercase()} tellus: $line") }
// END
