package com.telluspower.tellus

import com.telluspower.tellus.ffi.CallbackException
import com.telluspower.tellus.ffi.Disposable
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.withContext
import com.telluspower.tellus.ffi.TellusException as NativeError

/** Calls the native side: all calls go through here. Whatever it throws comes out as a [TellusException]. */
internal inline fun <R> native(call: () -> R): R =
    try {
        NativeThreads.prepare()
        call()
    } catch (error: Exception) {
        throw error.toTellusException()
    }

/**
 * Calls the native side and waits for its answer.
 *
 * The wait stands on a thread of [Dispatchers.Default], so that it may be started from a main thread, and so that the
 * caller's code never goes on upon a native thread that reads sockets, whatever its own dispatcher is.
 */
internal suspend fun <R> awaitNative(call: suspend () -> R): R =
    withContext(Dispatchers.Default) {
        native { call() }
    }

/** What a native source gives, one after the other, until it gives no more. Freed when the collector leaves. */
internal fun <S : Disposable, T : Any> drain(open: () -> S, next: suspend S.() -> T?): Flow<T> =
    flow {
        val source = native { open() }
        try {
            while (true) emit(awaitNative { source.next() } ?: break)
        } finally {
            source.destroy()
        }
    }

/** What the generated code throws, in the form that callers see. */
internal fun Exception.toTellusException(): Exception =
    when (this) {
        // Before IllegalStateException, of which it is one on the JVM.
        is CancellationException -> this
        is TellusException -> this
        is NativeError -> toPublic()
        // The generated objects say so when they are used after their end.
        is IllegalStateException -> TellusException.Closed(Failure("the client is closed; open a new one"))
        // A panic, or a value that the generated code cannot carry. The kind and the words are those for a panic that
        // the core notices by itself.
        else -> TellusException.Closed(Failure("a bug in the SDK stopped this call; please report it", cause = this))
    }

/** Runs code of the user's that the native side calls. Whatever it throws goes there as one line of text. */
internal inline fun <R> callback(call: () -> R): R =
    try {
        call()
    } catch (error: Throwable) {
        throw CallbackException.Failed(error.firstLine())
    }

/** The first line of what a piece of foreign code threw, for the native side. */
internal fun Throwable.firstLine(): String =
    message?.lineSequence()?.firstOrNull(String::isNotBlank)?.trim() ?: javaClass.name
