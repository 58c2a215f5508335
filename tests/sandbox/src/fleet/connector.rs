//! One connector of a charger.

use super::catalog::{Model, Supply, Vehicle};
use super::command::Number;
use super::outside::Reading;
use super::physics::{ac, dc, kw, kwh, round, soc_after, warm};
use super::schedule::{Active, Schedule};
use super::session::{Direction, Session};

/// What a connector is doing, in the API's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectorState {
    Idle,
    Charging,
    Discharging,
    Fault,
    Unavailable,
}

impl ConnectorState {
    /// The word the API uses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Charging => "charging",
            Self::Discharging => "discharging",
            Self::Fault => "fault",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Whether a connector can work at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Sound,
    Faulted,
    /// Its charger has no connection to the platform.
    Offline,
}

/// A connector between two steps. `power_w` holds from the last step until the next.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    /// 1-based number at its charger.
    pub(crate) id: u32,
    pub(crate) condition: Condition,
    /// Whether it has a fault, also while that cannot be seen.
    pub(crate) faulted: bool,
    pub(crate) session: Option<Session>,
    /// Power (W) during the present step, negative while discharging.
    pub(crate) power_w: i64,
    /// Temperature (°C) at the last step.
    pub(crate) temperature: f64,
    /// Net meter (Ws) up to the last finished session.
    pub(crate) meter_ws: i64,
    /// A queued command that is going to begin a session; no vehicle comes by chance meanwhile.
    pub(crate) claim: Option<Number>,
    /// A vehicle that is still plugged in after its session, and its state of charge (%).
    pub(crate) parked: Option<(Vehicle, f64)>,
    /// What the charger is to do by itself, oldest first.
    pub(crate) schedules: Vec<Schedule>,
    /// The slot it is in.
    pub(crate) slot: Option<Active>,
    /// What its charger has said of it, where that is played from outside.
    pub(crate) reading: Option<Reading>,
}

/// A connector at one moment, in the API's units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) id: u32,
    pub(crate) state: ConnectorState,
    /// kW, negative while discharging.
    pub(crate) power: f64,
    /// V.
    pub(crate) voltage: f64,
    /// A.
    pub(crate) current: f64,
    /// kWh of this session.
    pub(crate) energy_delivered: f64,
    /// Percent, while a vehicle is there.
    pub(crate) soc: Option<f64>,
    /// °C, where it is known.
    pub(crate) temperature: Option<f64>,
}

impl Connector {
    /// A connector in its charger's first moment, with nothing at it. `temperature` in °C, `meter_ws` as in the field.
    pub(crate) fn new(id: u32, condition: Condition, temperature: f64, meter_ws: i64) -> Self {
        Self {
            id,
            condition,
            faulted: condition == Condition::Faulted,
            session: None,
            power_w: 0,
            temperature,
            meter_ws,
            claim: None,
            parked: None,
            schedules: Vec::new(),
            slot: None,
            reading: None,
        }
    }

    /// True while a vehicle is served, or a command to do so is on its way.
    pub(crate) fn is_busy(&self) -> bool {
        let serving = [ConnectorState::Charging, ConnectorState::Discharging];
        self.session.is_some()
            || self.claim.is_some()
            || self.reading.as_ref().is_some_and(|told| serving.contains(&told.state))
    }

    pub(crate) fn state(&self) -> ConnectorState {
        match (self.condition, &self.session) {
            (Condition::Offline, _) => ConnectorState::Unavailable,
            (Condition::Faulted, _) => ConnectorState::Fault,
            (Condition::Sound, None) => self.reading.as_ref().map_or(ConnectorState::Idle, |told| told.state),
            (Condition::Sound, Some(session)) => match session.direction {
                Direction::Charge => ConnectorState::Charging,
                Direction::Discharge => ConnectorState::Discharging,
            },
        }
    }

    /// Lets `seconds` pass at the present power.
    pub(crate) fn pass(&mut self, model: &Model, ambient: f64, seconds: i64) {
        if let Some(session) = &mut self.session {
            session.book(self.power_w, seconds);
        }
        let load = self.power_w.abs() as f64 / model.rated_w as f64;
        self.temperature = warm(self.temperature, ambient, load, seconds as f64);
    }

    /// The reading `micros` after the last step: power has held since, so energy has grown in a straight line.
    pub(crate) fn measure(&self, model: &Model, micros: i64) -> Measured {
        let state = self.state();
        if let Some(told) = &self.reading {
            return told.measured(self.id, state);
        }
        let grown = self.power_w * micros / 1_000_000;
        let (energy_ws, soc) = match &self.session {
            Some(session) => {
                let energy_ws = session.energy_ws + grown;
                (
                    energy_ws,
                    Some(soc_after(session.soc_start, energy_ws, session.vehicle.battery_wh)),
                )
            }
            None => (0, None),
        };
        let (voltage, current) = match (model.supply, &self.session) {
            (_, _) if state == ConnectorState::Unavailable => (0.0, 0.0),
            (Supply::Ac, _) => ac(self.power_w),
            (Supply::Dc, Some(session)) => dc(self.power_w, soc.unwrap_or(0.0), session.vehicle.pack_volts),
            (Supply::Dc, None) => (0.0, 0.0),
        };
        Measured {
            id: self.id,
            state,
            power: kw(self.power_w),
            voltage,
            current,
            energy_delivered: kwh(energy_ws),
            soc,
            temperature: Some(round(self.temperature, 1)),
        }
    }
}
