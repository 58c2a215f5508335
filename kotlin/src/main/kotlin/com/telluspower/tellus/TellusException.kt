package com.telluspower.tellus

import kotlin.time.Duration

/**
 * Why a call failed. The subclasses are the same in every language of the SDK, and no call throws anything else, save
 * for `CancellationException` when the coroutine is cancelled.
 *
 * A bug in the SDK comes as [Closed] with a reason that says so, and with the underlying exception as its cause.
 */
public sealed class TellusException private constructor(
    private val kind: String,
    failure: Failure,
) : Exception(failure.text, failure.cause) {
    /** What happened and what to do next, without the numbers that [message] adds. */
    public val reason: String = failure.reason

    /** The platform's application code, e.g. 2001, if it sent one. */
    public val code: Long? = failure.code

    /** The HTTP status, if there was an HTTP reply. */
    public val httpStatus: Int? = failure.httpStatus

    /**
     * Whether the same call may succeed later. The SDK has already tried as often as its settings allow: do not wrap a
     * tight loop around it.
     */
    public val retryable: Boolean = failure.retryable

    /** How long the platform asks to wait before the next try. */
    public val retryAfter: Duration? = failure.retryAfter

    /** The platform's diagnostic details as the text of a JSON object, e.g. `{"field":"power","value":-5}`. */
    public val details: String = failure.details

    /** The platform's identifier of the request, to quote in a support case. */
    public val requestId: String? = failure.requestId

    /** How often the call was sent; 0 if it never was. */
    public val attempts: Int = failure.attempts

    /** The [reason] with the numbers that a support case needs, on one line. */
    override val message: String = failure.text

    /** The subclass's name and the [message]. */
    override fun toString(): String = "$kind: $message"

    /** The platform does not accept the credentials or the token, or the token provider failed. */
    public class Authentication internal constructor(failure: Failure) : TellusException("Authentication", failure)

    /** The credentials are valid but lack the scope (`read` or `write`) for this call. */
    public class PermissionDenied internal constructor(failure: Failure) : TellusException("PermissionDenied", failure)

    /** The thing does not exist, or belongs to another operator: the platform does not tell which. */
    public class NotFound internal constructor(failure: Failure) : TellusException("NotFound", failure)

    /** An argument or a setting is missing or out of range; [details] has a `field` that names it where known. */
    public class InvalidRequest internal constructor(failure: Failure) : TellusException("InvalidRequest", failure)

    /** The thing is in a state that does not allow the call. */
    public class Conflict internal constructor(failure: Failure) : TellusException("Conflict", failure)

    /** A request limit is reached. [retryAfter] says how long to wait. */
    public class RateLimited internal constructor(failure: Failure) : TellusException("RateLimited", failure)

    /** The platform, or a proxy before it, failed. */
    public class Server internal constructor(failure: Failure) : TellusException("Server", failure)

    /** The platform could not be reached, or the connection broke. */
    public class Connection internal constructor(failure: Failure) : TellusException("Connection", failure)

    /** The platform did not answer in time. */
    public class Timeout internal constructor(failure: Failure) : TellusException("Timeout", failure)

    /** The answer could not be understood. */
    public class Decode internal constructor(failure: Failure) : TellusException("Decode", failure)

    /**
     * A command was sent and no answer came: it may or may not have been carried out. The SDK does not send it again.
     * Read the state before you do.
     */
    public class OutcomeUnknown internal constructor(failure: Failure) : TellusException("OutcomeUnknown", failure)

    /** The client or the subscription is closed. */
    public class Closed internal constructor(failure: Failure) : TellusException("Closed", failure)
}

/** What is known about a failure. */
internal data class Failure(
    val reason: String,
    val text: String = reason,
    val code: Long? = null,
    val httpStatus: Int? = null,
    val retryable: Boolean = false,
    val retryAfter: Duration? = null,
    val details: String = "{}",
    val requestId: String? = null,
    val attempts: Int = 0,
    val cause: Throwable? = null,
)

/** An argument or a setting that is refused before anything is sent. [field] must need no escaping in JSON. */
internal fun invalid(field: String, reason: String): TellusException =
    TellusException.InvalidRequest(Failure("$field: $reason", details = """{"field":"$field"}"""))
