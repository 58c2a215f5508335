package com.telluspower.conformance

import com.telluspower.tellus.FlexibilityCommand
import com.telluspower.tellus.FlexibilityTarget
import com.telluspower.tellus.Schedule
import com.telluspower.tellus.TimeSlot
import java.time.DayOfWeek
import java.time.LocalTime

// What commands are given, read from a case.

internal fun schedule(plan: Arguments): Schedule =
    Schedule(
        scheduleId = plan.text("schedule_id")!!,
        kind = plan.enum("type")!!,
        timeSlots = plan.list("time_slots")!!.map(::slot),
        enabled = plan.boolean("enabled") ?: true,
        targetSoc = plan.int("target_soc"),
        effectiveFrom = plan.moment("effective_from"),
        effectiveUntil = plan.moment("effective_until"),
        timezone = plan.text("timezone"),
    )

private fun slot(slot: Arguments) =
    TimeSlot(
        start = LocalTime.parse(slot.text("start")),
        end = LocalTime.parse(slot.text("end")),
        action = slot.enum("action")!!,
        dayOfWeek = slot.texts("day_of_week").orEmpty().map(::day),
        powerLimit = slot.double("power_limit"),
    )

/** The platform has the first three letters. */
private fun day(text: String) = DayOfWeek.entries.first { it.name.take(3).lowercase() == text }

internal fun target(args: Arguments): FlexibilityTarget {
    val ids = args.texts("target_ids").orEmpty()
    return when (val type = args.text("target_type")) {
        "site" -> FlexibilityTarget.Sites(ids)
        "operator" -> FlexibilityTarget.Operators(ids)
        "all" -> FlexibilityTarget.All
        else -> error("no target is called $type")
    }
}

internal fun command(args: Arguments): FlexibilityCommand =
    args.int("power_limit_percent")?.let { FlexibilityCommand.SetPowerLimit(it) } ?: FlexibilityCommand.PauseCharging
