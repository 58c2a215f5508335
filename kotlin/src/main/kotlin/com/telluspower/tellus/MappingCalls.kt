package com.telluspower.tellus

import kotlin.time.Duration
import com.telluspower.tellus.ffi.ChargingRecord as NativeRecord
import com.telluspower.tellus.ffi.ChargingRecordPage as NativeRecordPage
import com.telluspower.tellus.ffi.ClientStats as NativeClientStats
import com.telluspower.tellus.ffi.CommandReceipt as NativeReceipt
import com.telluspower.tellus.ffi.CommandState as NativeCommandState
import com.telluspower.tellus.ffi.CommandStatus as NativeCommandStatus
import com.telluspower.tellus.ffi.EnergyPoint as NativeEnergyPoint
import com.telluspower.tellus.ffi.EnergySeries as NativeEnergySeries
import com.telluspower.tellus.ffi.EnergyTotal as NativeEnergyTotal
import com.telluspower.tellus.ffi.FlexibilityCommand as NativeFlexibilityCommand
import com.telluspower.tellus.ffi.FlexibilityReceipt as NativeFlexibilityReceipt
import com.telluspower.tellus.ffi.FlexibilityTarget as NativeFlexibilityTarget
import com.telluspower.tellus.ffi.Granularity as NativeGranularity
import com.telluspower.tellus.ffi.QuotaClass as NativeQuotaClass
import com.telluspower.tellus.ffi.Schedule as NativeSchedule
import com.telluspower.tellus.ffi.ScheduleAction as NativeScheduleAction
import com.telluspower.tellus.ffi.ScheduleKind as NativeScheduleKind
import com.telluspower.tellus.ffi.TimeSlot as NativeTimeSlot
import com.telluspower.tellus.ffi.Weekday as NativeWeekday

// What calls take and give, in the generated form and in the public one. Arguments are named as the core names them,
// so that each has one name in errors, whoever refuses it.

internal fun NativeRecordPage.toPublic() = ChargingRecordPage(items.map { it.toPublic() }, total?.toLong())

private fun NativeRecord.toPublic() =
    ChargingRecord(
        recordId = recordId,
        deviceId = deviceId,
        connectorId = connectorId.toInt(),
        startTime = startTime,
        endTime = endTime,
        energy = energy,
        maxPower = maxPower,
        avgPower = avgPower,
        cost = cost,
        meterStart = meterStart,
        meterEnd = meterEnd,
    )

internal fun Granularity.toNative() =
    when (this) {
        Granularity.Hour -> NativeGranularity.HOUR
        Granularity.Day -> NativeGranularity.DAY
        Granularity.Month -> NativeGranularity.MONTH
    }

internal fun NativeEnergySeries.toPublic() =
    EnergySeries(granularity, startTime, endTime, series.map { it.toPublic() }, total?.toPublic())

private fun NativeEnergyPoint.toPublic() = EnergyPoint(time, chargeEnergy, dischargeEnergy, maxPower, avgPower)

private fun NativeEnergyTotal.toPublic() = EnergyTotal(chargeEnergy, dischargeEnergy, maxPower)

internal fun NativeReceipt.toPublic() = CommandReceipt(commandId, status.toPublic())

internal fun NativeCommandStatus.toPublic() =
    CommandStatus(commandId, status.toPublic(), createdAt, updatedAt, result)

private fun NativeCommandState.toPublic() =
    when (this) {
        NativeCommandState.Queued -> CommandState.Queued
        NativeCommandState.Accepted -> CommandState.Accepted
        NativeCommandState.Completed -> CommandState.Completed
        NativeCommandState.Failed -> CommandState.Failed
        NativeCommandState.Rejected -> CommandState.Rejected
        is NativeCommandState.Other -> CommandState.Other(v1)
    }

internal fun FlexibilityTarget.toNative() =
    when (this) {
        is FlexibilityTarget.Sites -> NativeFlexibilityTarget.Sites(ids)
        is FlexibilityTarget.Operators -> NativeFlexibilityTarget.Operators(ids)
        FlexibilityTarget.All -> NativeFlexibilityTarget.All
    }

internal fun FlexibilityCommand.toNative() =
    when (this) {
        is FlexibilityCommand.SetPowerLimit ->
            NativeFlexibilityCommand.SetPowerLimit(percent.toPercent("power_limit_percent"))
        FlexibilityCommand.PauseCharging -> NativeFlexibilityCommand.PauseCharging
    }

internal fun NativeFlexibilityReceipt.toPublic() = FlexibilityReceipt(controlId, status)

internal fun Schedule.toNative() =
    NativeSchedule(
        scheduleId = scheduleId,
        enabled = enabled,
        kind =
            when (kind) {
                ScheduleKind.Once -> NativeScheduleKind.ONCE
                ScheduleKind.Daily -> NativeScheduleKind.DAILY
                ScheduleKind.Weekly -> NativeScheduleKind.WEEKLY
            },
        timeSlots = timeSlots.map { it.toNative() },
        targetSoc = targetSoc?.toPercent("target_soc"),
        effectiveFrom = effectiveFrom?.toNative("effective_from"),
        effectiveUntil = effectiveUntil?.toNative("effective_until"),
        timezone = timezone,
    )

private fun TimeSlot.toNative() =
    NativeTimeSlot(
        // Both lists of days begin with Monday.
        dayOfWeek = dayOfWeek.map { NativeWeekday.entries[it.ordinal] },
        start = start.toString(),
        end = end.toString(),
        powerLimit = powerLimit,
        action =
            when (action) {
                ScheduleAction.Charge -> NativeScheduleAction.CHARGE
                ScheduleAction.Discharge -> NativeScheduleAction.DISCHARGE
                ScheduleAction.Idle -> NativeScheduleAction.IDLE
            },
    )

internal fun QuotaClass.toNative() =
    when (this) {
        QuotaClass.Query -> NativeQuotaClass.QUERY
        QuotaClass.Control -> NativeQuotaClass.CONTROL
        QuotaClass.Token -> NativeQuotaClass.TOKEN
    }

internal fun NativeClientStats.toPublic() =
    ClientStats(
        requests = requests.toLong(),
        retries = retries.toLong(),
        rateLimited = rateLimited.toLong(),
        failures = failures.toLong(),
        tokenRefreshes = tokenRefreshes.toLong(),
    )

/** A share in %, which the other side has as a byte. What fits into that is judged there. */
internal fun Int.toPercent(field: String): UByte =
    if (this in 0..UByte.MAX_VALUE.toInt()) toUByte() else throw invalid(field, "must lie in 0..=100 %, not $this")
