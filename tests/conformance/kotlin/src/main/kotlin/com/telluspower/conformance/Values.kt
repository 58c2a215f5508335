package com.telluspower.conformance

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility
import com.telluspower.tellus.CommandState
import com.telluspower.tellus.CommandStatus
import com.telluspower.tellus.ConnectorState
import com.telluspower.tellus.DeviceStatus
import com.telluspower.tellus.LatencyStats
import com.telluspower.tellus.StatusEvent
import com.telluspower.tellus.StreamStatus
import com.telluspower.tellus.TellusException
import tools.jackson.core.JsonGenerator
import tools.jackson.databind.PropertyNamingStrategies
import tools.jackson.databind.SerializationContext
import tools.jackson.databind.json.JsonMapper
import tools.jackson.databind.module.SimpleModule
import tools.jackson.databind.ser.std.StdSerializer
import tools.jackson.databind.util.RawValue
import kotlin.time.Duration
import kotlin.time.DurationUnit

/** Reads calls, and writes values of the interface as the suite has them: most as they are, with names in snake case. */
internal val json: JsonMapper =
    JsonMapper
        .builder()
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        // `isOpen` and the like follow from the rest.
        .changeDefaultVisibility { it.withIsGetterVisibility(Visibility.NONE) }
        .addModule(
            SimpleModule()
                .form<Enum<*>> { it.platformText }
                .form<ConnectorState> { it.text }
                .form<DeviceStatus> { it.text }
                .form<CommandState> { it.text }
                .form(::commandStatus)
                .form(::event)
                .form(::error)
                // Its spans depend on the run.
                .form<LatencyStats> { mapOf("count" to it.count, "ahead" to it.ahead) },
        ).build()

/** Writes all values of a type in another form. */
private inline fun <reified T : Any> SimpleModule.form(crossinline form: (T) -> Any?): SimpleModule =
    addSerializer(
        T::class.java,
        object : StdSerializer<T>(T::class.java) {
            override fun serialize(value: T, out: JsonGenerator, context: SerializationContext) =
                context.writeValue(out, form(value))
        },
    )

/** `DropOldest` is `drop_oldest`. */
internal val Enum<*>.platformText: String
    get() = name.replace(Regex("(?<=.)[A-Z]"), "_$0").lowercase()

private fun commandStatus(status: CommandStatus) =
    mapOf(
        "command_id" to status.commandId,
        "status" to status.status,
        "created_at" to status.createdAt,
        "updated_at" to status.updatedAt,
        "result" to status.result?.let(::RawValue),
    )

private fun event(event: StatusEvent): Map<String, Any?> {
    val status = event.status
    return mapOf(
        "at" to event.at,
        "connection" to event.connection,
        "status" to status.javaClass.simpleName.lowercase(),
        "retry_in_ms" to (status as? StreamStatus.Waiting)?.retryIn?.millis,
        "error" to ((status as? StreamStatus.Waiting)?.error ?: (status as? StreamStatus.Failed)?.error),
    )
}

private fun error(error: TellusException) =
    mapOf(
        "kind" to error.javaClass.simpleName,
        "reason" to error.reason,
        "code" to error.code,
        "http_status" to error.httpStatus,
        "retryable" to error.retryable,
        "retry_after_ms" to error.retryAfter?.millis,
        "details" to RawValue(error.details),
        "request_id" to error.requestId,
        "attempts" to error.attempts,
    )

internal val Duration.millis: Double get() = toDouble(DurationUnit.MILLISECONDS)
