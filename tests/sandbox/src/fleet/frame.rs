//! Telemetry frames as they go over the stream.

use serde::Serialize;

use super::connector::Measured;
use super::physics::round;
use crate::quirks::Soc;

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
    pub(crate) soc: Option<Charge>,
}

/// A state of charge as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Charge {
    Whole(u8),
    Exact(f64),
}

impl Charge {
    /// A charge (%) in the form that is wanted.
    pub(crate) fn told(percent: f64, form: Soc) -> Self {
        match form {
            Soc::Fraction => Self::Exact(round(percent, 2)),
            _ => Self::Whole(percent.floor() as u8),
        }
    }
}

impl FrameConnector {
    /// A reading as frames show it.
    pub(crate) fn of(measured: &Measured, form: Soc) -> Self {
        Self {
            connector_id: measured.id,
            state: measured.state.name(),
            power: measured.power,
            energy_delivered: measured.energy_delivered,
            soc: measured.soc.map(|percent| Charge::told(percent, form)),
        }
    }
}
