package com.telluspower.tellus.support

import com.telluspower.tellus.TellusException
import kotlin.test.assertIs
import kotlin.test.fail

/** The exception of one kind that [call] must throw. */
inline fun <reified E : TellusException> failure(call: () -> Any?): E {
    val answer =
        try {
            call()
        } catch (error: Throwable) {
            return assertIs<E>(error, error.stackTraceToString())
        }
    fail("no exception, but: $answer")
}
