//! Charging records: one for each session.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lenient;

/// One charging (or discharging) session. The platform also tells a vehicle's VIN in clear; the SDK leaves it out
/// of the record, since it identifies a person's car.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct ChargingRecord {
    /// The platform's identifier; opaque.
    pub record_id: String,
    /// The charger.
    pub device_id: String,
    /// Number of the connector, from 1.
    #[serde(deserialize_with = "lenient::whole")]
    pub connector_id: u32,
    /// When the session began.
    #[serde(deserialize_with = "lenient::timestamp")]
    pub start_time: Timestamp,
    /// When it ended; `None` while it runs.
    #[serde(default, deserialize_with = "lenient::optional_timestamp")]
    pub end_time: Option<Timestamp>,
    /// Energy in kWh.
    pub energy: f64,
    /// Peak power in kW.
    #[serde(default)]
    pub max_power: Option<f64>,
    /// Mean power in kW.
    #[serde(default)]
    pub avg_power: Option<f64>,
    /// Cost; negative is revenue from V2G. The currency is not specified.
    #[serde(default)]
    pub cost: Option<f64>,
    /// Meter at the start in kWh.
    #[serde(default)]
    pub meter_start: Option<f64>,
    /// Meter at the end in kWh.
    #[serde(default)]
    pub meter_end: Option<f64>,
}
