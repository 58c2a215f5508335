package com.telluspower.tellus

import kotlin.time.toKotlinDuration
import com.telluspower.tellus.ffi.Gap as NativeGap
import com.telluspower.tellus.ffi.GapCause as NativeGapCause
import com.telluspower.tellus.ffi.LatencyStats as NativeLatency
import com.telluspower.tellus.ffi.Observed as NativeObserved
import com.telluspower.tellus.ffi.StatusEvent as NativeStatusEvent
import com.telluspower.tellus.ffi.StreamStats as NativeStats
import com.telluspower.tellus.ffi.StreamStatus as NativeStatus

// What streams deliver beside frames, from the generated form to the public one. Frames: see RowReader.

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

internal fun NativeGap.toPublic() =
    Gap(
        deviceId = deviceId,
        cause =
            when (cause) {
                NativeGapCause.CONNECTING -> GapCause.Connecting
                NativeGapCause.RECONNECT -> GapCause.Reconnect
                NativeGapCause.STALE -> GapCause.Stale
                NativeGapCause.DROPPED -> GapCause.Dropped
                NativeGapCause.PAUSED -> GapCause.Paused
                NativeGapCause.FAILED -> GapCause.Failed
            },
        openedAt = openedAt,
        last = last?.toPublic(),
        next = next?.toPublic(),
        closedAt = closedAt,
        dropped = dropped.toLong(),
        resynced = resynced,
    )

private fun NativeObserved.toPublic() = Observed(timestamp, receivedAt)

internal fun NativeStats.toPublic() =
    StreamStats(
        frames = frames.toLong(),
        bytes = bytes.toLong(),
        connections = connections.toLong(),
        reconnects = reconnects.toLong(),
        dropped = dropped.toLong(),
        duplicates = duplicates.toLong(),
        malformed = malformed.toLong(),
        unusual = unusual.toLong(),
        waitingRows = waitingRows.toLong(),
        openGaps = openGaps.toLong(),
        forgottenGaps = forgottenGaps.toLong(),
        latency = latency.toPublic(),
        listenerFailures = listenerFailures.toLong(),
    )

private fun NativeLatency.toPublic() =
    LatencyStats(
        count = count.toLong(),
        ahead = ahead.toLong(),
        p50 = p50?.toKotlinDuration(),
        p90 = p90?.toKotlinDuration(),
        p99 = p99?.toKotlinDuration(),
        max = max?.toKotlinDuration(),
    )
