package com.telluspower.tellus

import java.util.Collections
import java.util.WeakHashMap

/** The streams of one client, as long as somebody holds them. */
internal class OpenStreams {
    private val streams: MutableSet<StreamHandle> = Collections.newSetFromMap(WeakHashMap())
    private var foreground = true

    /** From here on, [stream] does what all do. */
    @Synchronized
    fun add(stream: StreamHandle) {
        streams += stream
        if (!foreground) stream.setForeground(false)
    }

    @Synchronized
    fun remove(stream: StreamHandle) {
        streams -= stream
    }

    @Synchronized
    fun setForeground(foreground: Boolean) {
        this.foreground = foreground
        streams.forEach { it.setForeground(foreground) }
    }

    @Synchronized
    fun networkChanged() = streams.forEach { it.networkChanged() }
}
