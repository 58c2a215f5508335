package com.telluspower.tellus

import java.time.Instant

/** A charger, as it was when it was asked for. */
public data class Device(
    /** The platform's identifier; opaque. */
    val deviceId: String,
    /** The manufacturer's serial number. */
    val sn: String? = null,
    /** The model, e.g. `TP-DC180`. */
    val model: String? = null,
    /** Who made it. */
    val manufacturer: String? = null,
    /** The firmware's version. Several numbering schemes are in use, which cannot be compared. */
    val firmwareVersion: String? = null,
    /** Whether the platform hears from it. */
    val status: DeviceStatus? = null,
    /** Its connectors. */
    val connectors: List<Connector> = emptyList(),
    /** When the platform last heard from it. */
    val lastHeartbeat: Instant? = null,
    /** The site it stands at. */
    val siteId: String? = null,
)

/** One outlet of a charger. */
public data class Connector(
    /** Number of the connector, from 1, unique within its charger. */
    val connectorId: Int,
    /** What it is doing. Telemetry calls the same thing `state`. */
    val status: ConnectorState,
    /** Power in kW, negative while discharging. */
    val power: Double? = null,
    /** Voltage in V. */
    val voltage: Double? = null,
    /** Current in A. */
    val current: Double? = null,
    /** Energy of the present session in kWh; 0 without a session. */
    val energyDelivered: Double? = null,
    /** The vehicle's state of charge in %. */
    val soc: Double? = null,
    /** Temperature in °C. */
    val temperature: Double? = null,
    /** When the charger last reported this connector. */
    val lastTelemetryTime: Instant? = null,
)

/** A charger that is known to exist. */
public data class KnownDevice(
    /** The platform's identifier; opaque. */
    val deviceId: String,
    /** How it is known. */
    val source: DeviceSource,
)

/** How a charger is known: the platform has no call that lists them. */
public enum class DeviceSource {
    /** It is named in [TellusConfig.devices]. */
    Configured,

    /** It occurs in charging records. */
    ChargingRecords,
}
