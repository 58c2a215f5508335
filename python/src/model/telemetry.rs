//! Telemetry.

use tellus_core::model;

super::model! {
    /// What a charger reported at one moment.
    TelemetryFrame(model::TelemetryFrame) {
        /// Which charger.
        device_id,
        /// The charger's own time of the reading, in UTC.
        timestamp,
        /// When the SDK received it, by this machine's clock, in UTC.
        received_at,
        /// A reading for each connector that the frame names; may be empty.
        connectors,
    }
}

super::model! {
    /// What one connector reported. The platform may leave out any of it.
    ConnectorReading(model::ConnectorReading) {
        /// Number of the connector, from 1.
        connector_id,
        /// What it is doing: `idle`, `charging`, `discharging`, `fault`, `unavailable` or another text.
        state,
        /// Power in kW, negative while discharging.
        power "kW",
        /// Energy of the present session in kWh.
        energy_delivered "kWh",
        /// The vehicle's state of charge in %.
        soc "%",
    }
}

super::model! {
    /// What a stream has counted since it was opened.
    StreamStats(tellus_core::StreamStats) {
        /// Frames received and understood.
        frames,
        /// Bytes of text received.
        bytes "B",
        /// Connections opened.
        connections,
        /// Frames dropped because the consumer was too slow.
        dropped,
        /// Frames dropped because the very same frame had just been received.
        duplicates,
        /// Messages that are no telemetry frame.
        malformed,
        /// Calls of the listener that failed.
        listener_failures,
    }
}
