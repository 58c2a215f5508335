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
#[serde(try_from = "Told")]
pub struct Connector {
    /// Number of the connector, from 1, unique within its charger.
    pub connector_id: u32,
    /// What it is doing. Telemetry calls the same thing `state`.
    pub status: ConnectorState,
    /// Power in kW, negative while discharging.
    pub power: Option<f64>,
    /// Voltage in V.
    pub voltage: Option<f64>,
    /// Current in A.
    pub current: Option<f64>,
    /// Energy of the present session in kWh; 0 without a session.
    pub energy_delivered: Option<f64>,
    /// The vehicle's state of charge in %.
    pub soc: Option<f64>,
    /// Temperature in °C.
    pub temperature: Option<f64>,
    /// When the charger last reported this connector.
    pub last_telemetry_time: Option<Timestamp>,
}

/// A connector as it is told: with either name of its state, or with both.
#[derive(Deserialize)]
struct Told {
    #[serde(deserialize_with = "lenient::whole")]
    connector_id: u32,
    status: Option<ConnectorState>,
    /// Telemetry's name of it. The schema of device details has the other one, so that one counts.
    state: Option<ConnectorState>,
    power: Option<f64>,
    voltage: Option<f64>,
    current: Option<f64>,
    energy_delivered: Option<f64>,
    soc: Option<f64>,
    temperature: Option<f64>,
    #[serde(default, deserialize_with = "lenient::optional_timestamp")]
    last_telemetry_time: Option<Timestamp>,
}

impl TryFrom<Told> for Connector {
    type Error = &'static str;

    fn try_from(told: Told) -> Result<Self, Self::Error> {
        Ok(Self {
            connector_id: told.connector_id,
            status: told.status.or(told.state).ok_or("missing field `status`")?,
            power: told.power,
            voltage: told.voltage,
            current: told.current,
            energy_delivered: told.energy_delivered,
            soc: told.soc,
            temperature: told.temperature,
            last_telemetry_time: told.last_telemetry_time,
        })
    }
}
