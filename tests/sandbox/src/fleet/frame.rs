//! Telemetry frames as they go over the stream.

use serde::Serialize;

use super::connector::Measured;

/// One frame: everything the stream says about a device at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Frame {
    pub(crate) device_id: String,
    /// RFC 3339, UTC, milliseconds, in the fleet's virtual time.
    pub(crate) timestamp: String,
    pub(crate) connectors: Vec<FrameConnector>,
}

/// One connector in a frame. Power in kW, energy in kWh, charge in whole percent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct FrameConnector {
    pub(crate) connector_id: u32,
    pub(crate) state: &'static str,
    pub(crate) power: f64,
    pub(crate) energy_delivered: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) soc: Option<u8>,
}

impl From<&Measured> for FrameConnector {
    fn from(measured: &Measured) -> Self {
        Self {
            connector_id: measured.id,
            state: measured.state.name(),
            power: measured.power,
            energy_delivered: measured.energy_delivered,
            soc: measured.soc,
        }
    }
}
