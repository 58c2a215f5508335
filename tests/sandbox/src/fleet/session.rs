//! One vehicle at one connector, from plug-in to departure.

use super::catalog::{Model, Supply, Vehicle};
use super::command::Number;
use super::physics::{soc_after, taper};
use crate::random::Random;

/// Which way the energy flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Into the vehicle.
    Charge,
    /// Back into the grid.
    Discharge,
}

/// Who began a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A driver who came along.
    Chance,
    /// A command.
    Command(Number),
    /// The charger's schedule.
    Schedule,
}

/// A session in progress.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) vehicle: Vehicle,
    pub(crate) direction: Direction,
    /// State of charge (%) at the beginning.
    pub(crate) soc_start: f64,
    /// State of charge (%) at which it ends.
    pub(crate) soc_target: f64,
    /// Step (s since the fleet's start) of its beginning; negative when it began before.
    pub(crate) began: i64,
    /// Energy so far (Ws), negative while discharging.
    pub(crate) energy_ws: i64,
    /// Largest power so far (W, by magnitude, with its sign).
    pub(crate) peak_w: i64,
    pub(crate) origin: Origin,
    /// Most power (W, by magnitude) it may have.
    pub(crate) limit_w: Option<i64>,
    /// Step (s) at which it ends at the latest.
    pub(crate) until: Option<i64>,
    /// The command that stops it.
    pub(crate) stop: Option<Number>,
}

impl Session {
    /// A charging session as chance brings it.
    pub(crate) fn charge(random: &mut Random, began: i64) -> Self {
        let vehicle = Vehicle::arriving(random);
        let soc_start = random.between(8.0, 55.0).round();
        let soc_target = random.between(78.0, 99.0).round();
        Self {
            vehicle,
            direction: Direction::Charge,
            soc_start,
            soc_target,
            began,
            energy_ws: 0,
            peak_w: 0,
            origin: Origin::Chance,
            limit_w: None,
            until: None,
            stop: None,
        }
    }

    /// A session that feeds the grid down to a floor of charge.
    pub(crate) fn discharge(random: &mut Random, began: i64) -> Self {
        let vehicle = Vehicle::heavy(random);
        let soc_start = random.between(82.0, 95.0).round();
        let soc_target = random.between(25.0, 40.0).round();
        Self {
            vehicle,
            direction: Direction::Discharge,
            soc_start,
            soc_target,
            began,
            energy_ws: 0,
            peak_w: 0,
            origin: Origin::Chance,
            limit_w: None,
            until: None,
            stop: None,
        }
    }

    /// State of charge now (%).
    pub(crate) fn soc(&self) -> f64 {
        soc_after(self.soc_start, self.energy_ws, self.vehicle.battery_wh)
    }

    /// True when it is to end at this step: the target is reached, its time is over, or it was stopped.
    pub(crate) fn over(&self, step: i64) -> bool {
        self.finished() || self.stop.is_some() || self.until.is_some_and(|until| until <= step)
    }

    /// True once the target is reached.
    pub(crate) fn finished(&self) -> bool {
        match self.direction {
            Direction::Charge => self.soc() >= self.soc_target,
            Direction::Discharge => self.soc() <= self.soc_target,
        }
    }

    /// The power (W) vehicle and charger would agree on if nobody else drew any; negative while discharging.
    pub(crate) fn demand(&self, model: &Model) -> i64 {
        let vehicle = match model.supply {
            Supply::Ac => self.vehicle.max_ac_w,
            Supply::Dc => self.vehicle.max_dc_w,
        };
        let limit = self.limit_w.unwrap_or(i64::MAX);
        match self.direction {
            Direction::Charge => ((model.rated_w.min(vehicle) as f64 * taper(self.soc())) as i64).min(limit),
            Direction::Discharge => -model.feed_back_w.min(vehicle).min(limit),
        }
    }

    /// Books `seconds` at `power_w`.
    pub(crate) fn book(&mut self, power_w: i64, seconds: i64) {
        self.energy_ws += power_w * seconds;
        if power_w.abs() > self.peak_w.abs() {
            self.peak_w = power_w;
        }
    }
}
