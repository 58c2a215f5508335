package com.telluspower.tellus

import java.time.DayOfWeek
import java.time.Instant
import java.time.LocalTime

/** A plan that a connector keeps and carries out by itself. No call reads, lists or deletes plans. */
public data class Schedule(
    /** Your identifier; the same one again replaces the plan. */
    val scheduleId: String,
    /** How it repeats. */
    val kind: ScheduleKind,
    /** What happens when; at least one. */
    val timeSlots: List<TimeSlot>,
    /** Whether it is in force. */
    val enabled: Boolean = true,
    /** The state of charge at which to stop, in %: 0 to 100. */
    val targetSoc: Int? = null,
    /** In force from this moment. */
    val effectiveFrom: Instant? = null,
    /** In force until this moment. */
    val effectiveUntil: Instant? = null,
    /** The zone of the slots' times, e.g. `Europe/London`. What holds without one is not specified: name it. */
    val timezone: String? = null,
)

/** How a plan repeats. */
public enum class ScheduleKind {
    /** Not at all. */
    Once,

    /** Every day. */
    Daily,

    /** On the weekdays that each slot names. */
    Weekly,
}

/**
 * One part of a day. One whose end is not later than its start runs across midnight; to which day it then belongs is
 * not specified.
 */
public data class TimeSlot(
    /** When it begins, to the minute. */
    val start: LocalTime,
    /** When it ends, to the minute. */
    val end: LocalTime,
    /** What happens in it. */
    val action: ScheduleAction,
    /** The weekdays, for weekly plans. */
    val dayOfWeek: List<DayOfWeek> = emptyList(),
    /** The most power in kW. */
    val powerLimit: Double? = null,
)

/** What happens in a part of a day. */
public enum class ScheduleAction {
    /** Energy flows into the vehicle. */
    Charge,

    /** Energy flows out of the vehicle (V2G). */
    Discharge,

    /** Nothing flows. */
    Idle,
}
