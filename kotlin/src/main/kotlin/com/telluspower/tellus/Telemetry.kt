package com.telluspower.tellus

import java.time.Instant

/** What a charger reported at one moment. */
public data class TelemetryFrame(
    /** Which charger. */
    val deviceId: String,
    /** The charger's own time of the reading. */
    val timestamp: Instant,
    /** When the SDK received it, by this machine's clock. */
    val receivedAt: Instant,
    /** Where it comes from. */
    val source: FrameSource = FrameSource.Stream,
    /** A reading for each connector that the frame names; may be empty. */
    val connectors: List<ConnectorReading>,
)

/** Where a frame comes from. */
public enum class FrameSource {
    /** The platform sent it on the stream. */
    Stream,

    /** The SDK asked for the device's state by a call after a gap. */
    Call,
}

/** What one connector reported. The platform may leave out any of it. */
public data class ConnectorReading(
    /** Number of the connector, from 1. */
    val connectorId: Int? = null,
    /** What it is doing. */
    val state: ConnectorState? = null,
    /** Power in kW, negative while discharging. */
    val power: Double? = null,
    /** Energy of the present session in kWh. */
    val energyDelivered: Double? = null,
    /** The vehicle's state of charge in %. */
    val soc: Double? = null,
)

/** What arrived since the last batch, in order: changes of state, gaps that opened, frames, gaps that they ended. */
public data class TelemetryBatch(
    /** Changes of state. None is ever dropped. */
    val events: List<StatusEvent>,
    /** Gaps that opened, and gaps that closed: each is told twice. None is ever dropped. */
    val gaps: List<Gap>,
    /** Frames, in the order of arrival. */
    val frames: List<TelemetryFrame>,
)
