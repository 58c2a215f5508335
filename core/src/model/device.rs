//! Chargers and their connectors, as the device call tells them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    lenient,
    state::{ConnectorState, DeviceStatus},
};

/// A charger.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Device {
    /// The platform's identifier; opaque.
    pub device_id: String,
    /// The manufacturer's serial number.
    #[serde(default)]
    pub sn: Option<String>,
    /// The model, e.g. `TP-DC180`.
    #[serde(default)]
    pub model: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub manufacturer: Option<String>,
    /// The firmware's version. Two schemes are in use (`3.1.0` and `260420.0107`) that cannot be compared.
    #[serde(default)]
    pub firmware_version: Option<String>,
    /// Whether the platform hears from it.
    #[serde(default)]
    pub status: Option<DeviceStatus>,
    /// Its connectors.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub connectors: Vec<Connector>,
    /// When the platform last heard from it.
    #[serde(default, deserialize_with = "lenient::optional_timestamp")]
    pub last_heartbeat: Option<Timestamp>,
    /// The site it stands at.
    #[serde(default)]
    pub site_id: Option<String>,
}

/// One outlet of a charger.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Connector {
    /// Number of the connector, from 1, unique within its charger.
    #[serde(deserialize_with = "lenient::whole")]
    pub connector_id: u32,
    /// What it is doing. Telemetry calls the same thing `state`.
    pub status: ConnectorState,
    /// Power in kW, negative while discharging.
    #[serde(default)]
    pub power: Option<f64>,
    /// Voltage in V.
    #[serde(default)]
    pub voltage: Option<f64>,
    /// Current in A.
    #[serde(default)]
    pub current: Option<f64>,
    /// Energy of the present session in kWh; 0 without a session.
    #[serde(default)]
    pub energy_delivered: Option<f64>,
    /// The vehicle's state of charge in %.
    #[serde(default)]
    pub soc: Option<f64>,
    /// Temperature in °C.
    #[serde(default)]
    pub temperature: Option<f64>,
    /// When the charger last reported this connector.
    #[serde(default, deserialize_with = "lenient::optional_timestamp")]
    pub last_telemetry_time: Option<Timestamp>,
}
