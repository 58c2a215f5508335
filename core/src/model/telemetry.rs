//! A telemetry frame as one record. The stream keeps frames in columns; this is the form for one at a time.

use jiff::Timestamp;

use super::state::ConnectorState;

/// What a charger reported at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct TelemetryFrame {
    /// Which charger.
    pub device_id: String,
    /// The charger's own time of the reading.
    pub timestamp: Timestamp,
    /// When the SDK received it, by this machine's clock.
    pub received_at: Timestamp,
    /// Where it comes from.
    pub source: FrameSource,
    /// A reading for each connector that the frame names; may be empty.
    pub connectors: Vec<ConnectorReading>,
}

/// Where a frame comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FrameSource {
    /// The platform sent it on the stream.
    #[default]
    Stream,
    /// The SDK asked for the device's state by a call (`GET /operator/devices/{id}`) after a gap. Its time is the call's.
    Call,
}

/// What one connector reported. The platform may leave out any of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectorReading {
    /// Number of the connector, from 1.
    pub connector_id: Option<u32>,
    /// What it is doing.
    pub state: Option<ConnectorState>,
    /// Power in kW, negative while discharging.
    pub power: Option<f64>,
    /// Energy of the present session in kWh.
    pub energy_delivered: Option<f64>,
    /// The vehicle's state of charge in %.
    pub soc: Option<f64>,
}
