package com.telluspower.tellus

import java.time.Instant

/** One charging (or discharging) session. The vehicle's VIN is left out: it identifies a person's car. */
public data class ChargingRecord(
    /** The platform's identifier; opaque. */
    val recordId: String,
    /** The charger. */
    val deviceId: String,
    /** Number of the connector, from 1. */
    val connectorId: Int,
    /** When the session began. */
    val startTime: Instant,
    /** When it ended; null while it runs. */
    val endTime: Instant? = null,
    /** Energy in kWh. */
    val energy: Double,
    /** Peak power in kW. */
    val maxPower: Double? = null,
    /** Mean power in kW. */
    val avgPower: Double? = null,
    /** Cost; negative is revenue from V2G. The currency is not specified. */
    val cost: Double? = null,
    /** Meter at the start in kWh. */
    val meterStart: Double? = null,
    /** Meter at the end in kWh. */
    val meterEnd: Double? = null,
)

/** One page of charging records. */
public data class ChargingRecordPage(
    /** The records of this page. */
    val items: List<ChargingRecord>,
    /** Number of records in the whole list, at the time of this reply. */
    val total: Long? = null,
)
