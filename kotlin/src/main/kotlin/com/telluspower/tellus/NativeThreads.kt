package com.telluspower.tellus

import com.sun.jna.Callback
import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native

/**
 * How the native side's own threads become known to the JVM when they call into it.
 *
 * Left alone they are attached and detached at each single call, which costs several times what the call does; and they
 * count as threads that keep the program from ending. So those that live long stay attached, and all are daemons.
 */
internal object NativeThreads {
    private const val GENERATED = "com.telluspower.tellus.ffi."
    private const val LISTENER = "uniffiCallbackInterfaceTelemetryListener\$"
    private const val STORE = "uniffiCallbackInterfaceTokenStore\$"

    init {
        for (callback in listOf("onBatch", "onStatus", "onGap")) staying("tellus-listener", LISTENER + callback)
        staying("tellus-log", "uniffiCallbackInterfaceLogSink\$log")
        staying("tellus-io", "uniffiRustFutureContinuationCallbackImpl")
        passing("uniffiCallbackInterfaceTokenProvider\$request")
        for (callback in listOf("load", "save", "tryLease", "release")) passing(STORE + callback)
        for (kind in listOf("TelemetryListener", "LogSink", "TokenProvider", "TokenStore")) {
            passing("uniffiCallbackInterface$kind\$uniffiFree")
        }
    }

    /** Does what the class says, once. Before the native side is first called: it is given its callbacks with that. */
    fun prepare() = Unit

    private fun staying(name: String, callback: String) = set(callback, CallbackThreadInitializer(true, false, name))

    private fun passing(callback: String) = set(callback, CallbackThreadInitializer(true, true))

    /** By reflection: the generated objects are internal to another module. Without them all still works, slower. */
    private fun set(callback: String, initializer: CallbackThreadInitializer) {
        val found =
            try {
                Class.forName(GENERATED + callback).getField("INSTANCE").get(null)
            } catch (_: ReflectiveOperationException) {
                return
            }
        Native.setCallbackThreadInitializer(found as Callback, initializer)
    }
}
