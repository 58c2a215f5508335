package com.telluspower.watch

import com.telluspower.tellus.ConnectorReading
import com.telluspower.tellus.Device
import com.telluspower.tellus.Gap
import com.telluspower.tellus.GapCause
import com.telluspower.tellus.Site
import com.telluspower.tellus.StreamStatus
import com.telluspower.tellus.TelemetryFrame
import java.time.Duration
import java.time.Instant
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.util.Locale
import kotlin.time.DurationUnit

private val time = DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault())

fun line(site: Site): String = row("  %-28s %3d connectors  %6s kW", site.name, site.totalConnectors, site.powerCapacity)

fun line(device: Device): String =
    "Charger ${device.deviceId}: ${device.model}, ${device.status?.text}, ${device.connectors.size} connectors"

/** Gaps worth a line: that nothing has come yet when a stream is opened says nothing new. */
fun lines(gaps: List<Gap>): List<String> = gaps.filter { it.cause != GapCause.Connecting }.map(::line)

/** A line for each connector: what it is doing, how much flows, what the session came to so far. */
fun lines(frame: TelemetryFrame): List<String> = frame.connectors.map { "${at(frame.timestamp)}  ${line(it)}" }

private fun line(reading: ConnectorReading): String =
    row(
        "#%s  %-12s %9s kW  %9s kWh  %5s %%",
        reading.connectorId,
        reading.state?.text ?: "?",
        number(reading.power),
        number(reading.energyDelivered),
        number(reading.soc, 0),
    )

private fun line(gap: Gap): String =
    if (gap.isOpen) {
        "${at(gap.openedAt)}  -- not observed: ${cause(gap)}"
    } else {
        val missed = Duration.between(gap.last?.receivedAt ?: gap.openedAt, gap.closedAt)
        val seconds = number(missed.toMillis() / 1000.0, 1)
        "${at(gap.closedAt!!)}  -- observed again; what happened for $seconds s is not known"
    }

private fun cause(gap: Gap): String =
    when (gap.cause) {
        GapCause.Connecting -> "nothing has come yet"
        GapCause.Reconnect -> "the connection was lost"
        GapCause.Stale -> "the charger has fallen silent"
        GapCause.Dropped -> "this program was too slow"
        GapCause.Paused -> "paused"
        GapCause.Failed -> "the stream has failed"
    }

fun line(at: Instant, status: StreamStatus): String =
    "${at(at)}  " +
        when (status) {
            StreamStatus.Connecting -> "connecting"
            StreamStatus.Live -> "live"
            is StreamStatus.Waiting -> {
                val seconds = number(status.retryIn.toDouble(DurationUnit.SECONDS), 1)
                "trying again in $seconds s: ${status.error.reason}"
            }
            StreamStatus.Paused -> "paused"
            StreamStatus.Closed -> "closed"
            is StreamStatus.Failed -> "failed: ${status.error}"
        }

private fun at(instant: Instant): String = time.format(instant)

private fun number(value: Double?, digits: Int = 3): String = value?.let { row("%.${digits}f", it) } ?: "-"

private fun row(pattern: String, vararg values: Any?): String = String.format(Locale.ROOT, pattern, *values)
