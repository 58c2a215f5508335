package com.telluspower.tellus

import java.time.Instant

/** The width of the spans over which energy is summed. */
public enum class Granularity {
    /** An hour. */
    Hour,

    /** A day; in which zone is not specified. */
    Day,

    /** A month. */
    Month,
}

/** Energy over time. */
public data class EnergySeries(
    /** The width of the spans, as the platform names it. */
    val granularity: String? = null,
    /** The beginning of the whole. */
    val startTime: Instant? = null,
    /** The end of the whole. */
    val endTime: Instant? = null,
    /** The spans. Whether empty ones are sent is not specified. */
    val series: List<EnergyPoint>,
    /** The sums over the whole. */
    val total: EnergyTotal? = null,
)

/** One span. */
public data class EnergyPoint(
    /** The platform's label, e.g. `2025-03-15` or `2025-03`: a text, since its zone is not specified. */
    val time: String? = null,
    /** Energy into vehicles in kWh. */
    val chargeEnergy: Double? = null,
    /** Energy out of vehicles (V2G) in kWh; positive. */
    val dischargeEnergy: Double? = null,
    /** Peak power in kW. */
    val maxPower: Double? = null,
    /** Mean power in kW. */
    val avgPower: Double? = null,
)

/** The sums over all spans. */
public data class EnergyTotal(
    /** Energy into vehicles in kWh. */
    val chargeEnergy: Double? = null,
    /** Energy out of vehicles (V2G) in kWh; positive. */
    val dischargeEnergy: Double? = null,
    /** Peak power in kW. */
    val maxPower: Double? = null,
)
