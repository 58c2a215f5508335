package com.telluspower.tellus

import kotlin.time.Duration
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration
import com.telluspower.tellus.ffi.ClientConfig as NativeConfig
import com.telluspower.tellus.ffi.Connector as NativeConnector
import com.telluspower.tellus.ffi.ConnectorReading as NativeReading
import com.telluspower.tellus.ffi.ConnectorState as NativeConnectorState
import com.telluspower.tellus.ffi.Device as NativeDevice
import com.telluspower.tellus.ffi.DeviceSource as NativeDeviceSource
import com.telluspower.tellus.ffi.DeviceStatus as NativeDeviceStatus
import com.telluspower.tellus.ffi.Failure as NativeFailure
import com.telluspower.tellus.ffi.FrameSource as NativeFrameSource
import com.telluspower.tellus.ffi.KnownDevice as NativeKnownDevice
import com.telluspower.tellus.ffi.Location as NativeLocation
import com.telluspower.tellus.ffi.Site as NativeSite
import com.telluspower.tellus.ffi.SitePage as NativeSitePage
import com.telluspower.tellus.ffi.SiteStatus as NativeSiteStatus
import com.telluspower.tellus.ffi.StatusEvent as NativeStatusEvent
import com.telluspower.tellus.ffi.StreamStats as NativeStats
import com.telluspower.tellus.ffi.StreamStatus as NativeStatus
import com.telluspower.tellus.ffi.TelemetryBatch as NativeBatch
import com.telluspower.tellus.ffi.TelemetryFrame as NativeFrame
import com.telluspower.tellus.ffi.TellusException as NativeError

// The one place where generated types become public ones and the other way round.

internal fun NativeSitePage.toPublic() = SitePage(items.map { it.toPublic() }, total?.toLong())

internal fun NativeSite.toPublic() =
    Site(
        siteId = siteId,
        name = name,
        address = address,
        location = location?.toPublic(),
        totalConnectors = totalConnectors?.toInt(),
        statusSummary = statusSummary?.mapValues { (_, count) -> count.toInt() },
        powerCapacity = powerCapacity,
        createdAt = createdAt,
    )

private fun NativeLocation.toPublic() = Location(lat, lng)

internal fun SiteStatus.toNative() =
    when (this) {
        SiteStatus.Active -> NativeSiteStatus.ACTIVE
        SiteStatus.Inactive -> NativeSiteStatus.INACTIVE
    }

internal fun NativeDevice.toPublic() =
    Device(
        deviceId = deviceId,
        sn = sn,
        model = model,
        manufacturer = manufacturer,
        firmwareVersion = firmwareVersion,
        status = status?.toPublic(),
        connectors = connectors.map { it.toPublic() },
        lastHeartbeat = lastHeartbeat,
        siteId = siteId,
    )

private fun NativeConnector.toPublic() =
    Connector(
        connectorId = connectorId.toInt(),
        status = status.toPublic(),
        power = power,
        voltage = voltage,
        current = current,
        energyDelivered = energyDelivered,
        soc = soc,
        temperature = temperature,
        lastTelemetryTime = lastTelemetryTime,
    )

private fun NativeConnectorState.toPublic() =
    when (this) {
        NativeConnectorState.Idle -> ConnectorState.Idle
        NativeConnectorState.Charging -> ConnectorState.Charging
        NativeConnectorState.Discharging -> ConnectorState.Discharging
        NativeConnectorState.Fault -> ConnectorState.Fault
        NativeConnectorState.Unavailable -> ConnectorState.Unavailable
        is NativeConnectorState.Other -> ConnectorState.Other(v1)
    }

private fun NativeDeviceStatus.toPublic() =
    when (this) {
        NativeDeviceStatus.Online -> DeviceStatus.Online
        NativeDeviceStatus.Offline -> DeviceStatus.Offline
        is NativeDeviceStatus.Other -> DeviceStatus.Other(v1)
    }

internal fun NativeKnownDevice.toPublic() =
    KnownDevice(
        deviceId = deviceId,
        source =
            when (source) {
                NativeDeviceSource.CONFIGURED -> DeviceSource.Configured
                NativeDeviceSource.CHARGING_RECORDS -> DeviceSource.ChargingRecords
            },
    )

internal fun NativeBatch.toPublic() = TelemetryBatch(events.map { it.toPublic() }, frames.map { it.toPublic() })

internal fun NativeFrame.toPublic() =
    TelemetryFrame(
        deviceId = deviceId,
        timestamp = timestamp,
        receivedAt = receivedAt,
        source =
            when (source) {
                NativeFrameSource.STREAM -> FrameSource.Stream
                NativeFrameSource.CALL -> FrameSource.Call
            },
        connectors = connectors.map { it.toPublic() },
    )

private fun NativeReading.toPublic() =
    ConnectorReading(connectorId?.toInt(), state?.toPublic(), power, energyDelivered, soc)

internal fun NativeStatusEvent.toPublic() = StatusEvent(at, connection.toInt(), status.toPublic())

private fun NativeStatus.toPublic() =
    when (this) {
        NativeStatus.Connecting -> StreamStatus.Connecting
        NativeStatus.Live -> StreamStatus.Live
        is NativeStatus.Waiting -> StreamStatus.Waiting(retryIn.toKotlinDuration(), error.toPublic())
        NativeStatus.Paused -> StreamStatus.Paused
        NativeStatus.Closed -> StreamStatus.Closed
        is NativeStatus.Failed -> StreamStatus.Failed(error.toPublic())
    }

internal fun NativeStats.toPublic() =
    StreamStats(
        frames = frames.toLong(),
        bytes = bytes.toLong(),
        connections = connections.toLong(),
        dropped = dropped.toLong(),
        duplicates = duplicates.toLong(),
        malformed = malformed.toLong(),
        openGaps = openGaps.toLong(),
        listenerFailures = listenerFailures.toLong(),
    )

internal fun NativeError.toPublic(): TellusException =
    when (this) {
        is NativeError.Authentication -> TellusException.Authentication(failure.toPublic())
        is NativeError.PermissionDenied -> TellusException.PermissionDenied(failure.toPublic())
        is NativeError.NotFound -> TellusException.NotFound(failure.toPublic())
        is NativeError.InvalidRequest -> TellusException.InvalidRequest(failure.toPublic())
        is NativeError.Conflict -> TellusException.Conflict(failure.toPublic())
        is NativeError.RateLimited -> TellusException.RateLimited(failure.toPublic())
        is NativeError.Server -> TellusException.Server(failure.toPublic())
        is NativeError.Connection -> TellusException.Connection(failure.toPublic())
        is NativeError.Timeout -> TellusException.Timeout(failure.toPublic())
        is NativeError.Decode -> TellusException.Decode(failure.toPublic())
        is NativeError.OutcomeUnknown -> TellusException.OutcomeUnknown(failure.toPublic())
        is NativeError.Closed -> TellusException.Closed(failure.toPublic())
    }

private fun NativeFailure.toPublic() =
    Failure(
        reason = reason,
        text = text,
        code = code,
        httpStatus = httpStatus?.toInt(),
        retryable = retryable,
        retryAfter = retryAfter?.toKotlinDuration(),
        details = detailsJson,
        requestId = requestId,
        attempts = attempts.toInt(),
    )

internal fun TellusConfig.toNative() =
    NativeConfig(
        baseUrl = baseUrl,
        extraRootsPem = extraRootsPem,
        allowInsecureHttp = allowInsecureHttp,
        devices = devices,
        userAgentSuffix = userAgentSuffix,
        requestTimeout = requestTimeout?.toNative("requestTimeout"),
        maxAttempts = maxAttempts?.toNative("maxAttempts"),
        backoffBase = backoffBase?.toNative("backoffBase"),
        queryPerMinute = queryPerMinute?.toNative("queryPerMinute"),
        mailboxRows = mailboxRows?.toNative("mailboxRows"),
    )

/** A number that must not be negative: the other side has no such numbers. */
internal fun Int.toNative(field: String): UInt =
    if (this >= 0) toUInt() else throw invalid(field, "must not be negative, as $this is")

/** A span of time that must be finite and not negative: the other side has no others. */
internal fun Duration.toNative(field: String): java.time.Duration =
    if (isFinite() && !isNegative()) {
        toJavaDuration()
    } else {
        throw invalid(field, "must be finite and not negative, not $this")
    }
