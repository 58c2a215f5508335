package com.telluspower.tellus

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration
import com.telluspower.tellus.ffi.Connector as NativeConnector
import com.telluspower.tellus.ffi.ConnectorState as NativeConnectorState
import com.telluspower.tellus.ffi.Device as NativeDevice
import com.telluspower.tellus.ffi.DeviceSource as NativeDeviceSource
import com.telluspower.tellus.ffi.DeviceStatus as NativeDeviceStatus
import com.telluspower.tellus.ffi.Failure as NativeFailure
import com.telluspower.tellus.ffi.KnownDevice as NativeKnownDevice
import com.telluspower.tellus.ffi.Location as NativeLocation
import com.telluspower.tellus.ffi.Site as NativeSite
import com.telluspower.tellus.ffi.SitePage as NativeSitePage
import com.telluspower.tellus.ffi.SiteStatus as NativeSiteStatus
import com.telluspower.tellus.ffi.TellusException as NativeError

// Here, and in the files beside it of like names, generated types become public ones and the other way round.

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

internal fun NativeConnectorState.toPublic() =
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

/** A number that must not be negative: the other side has no such numbers. */
internal fun Int.toNative(field: String): UInt =
    if (this >= 0) toUInt() else throw invalid(field, "must not be negative, as $this is")

/** A moment that the other side can express: the years 1 to 9999. */
internal fun Instant.toNative(field: String): Instant =
    if (this in FIRST_MOMENT..LAST_MOMENT) this else throw invalid(field, "must lie in the years 1 to 9999")

private val FIRST_MOMENT = Instant.parse("0001-01-01T00:00:00Z")

/** Some hours before the last one, which the other side keeps for zones. */
private val LAST_MOMENT = Instant.parse("9999-12-30T22:00:00Z")

/** A span of time that must be finite and not negative: the other side has no others. */
internal fun Duration.toNative(field: String): java.time.Duration =
    if (isFinite() && !isNegative()) {
        toJavaDuration()
    } else {
        throw invalid(field, "must be finite and not negative, not $this")
    }
