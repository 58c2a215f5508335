//! What a careful program would write by hand: serde into borrowed structs and jiff for the time. It keeps nothing.

use jiff::Timestamp;
use serde::Deserialize;

/// A message, its texts still in it.
#[derive(Debug, Deserialize)]
pub struct Frame<'a> {
    /// Which charger.
    pub device_id: &'a str,
    /// When it was.
    pub timestamp: Timestamp,
    /// What it told.
    #[serde(borrow)]
    pub connectors: Vec<Connector<'a>>,
}

/// A connector's reading.
#[derive(Debug, Deserialize)]
pub struct Connector<'a> {
    /// Its number.
    pub connector_id: Option<u32>,
    /// What it is doing.
    pub state: Option<&'a str>,
    /// In kW.
    pub power: Option<f64>,
    /// In kWh.
    pub energy_delivered: Option<f64>,
    /// In %.
    pub soc: Option<f64>,
}

/// Reads a message.
pub fn read(text: &str) -> serde_json::Result<Frame<'_>> {
    serde_json::from_str(text)
}
