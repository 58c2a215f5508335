//! The virtual fleet: sites, chargers, connectors and their past, as one function of a seed and a time.
//!
//! The fleet moves in steps of one virtual second that lie on a fixed grid. A reading between two steps is a
//! straight line from the last one. So the state at a given virtual time does not depend on how often, or in what
//! portions, time was asked to pass.

mod build;
mod catalog;
mod command;
mod connector;
mod dispatch;
mod energy;
mod flexibility;
mod frame;
mod hand_over;
mod history;
mod ledger;
mod outside;
mod physics;
mod record;
mod schedule;
mod scheduler;
mod session;
mod trouble;
mod upload;
mod view;

#[cfg(test)]
mod command_tests;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub(crate) use build::Plan;
pub(crate) use command::{Action, Fate};
pub(crate) use connector::ConnectorState;
pub(crate) use energy::{Granularity, Grid, Point};
pub(crate) use frame::Frame;
#[cfg(test)]
pub(crate) use frame::FrameConnector;
pub(crate) use hand_over::{Misfit, Progress};
pub(crate) use ledger::Ledger;
pub(crate) use outside::{Reading, Registration};
pub(crate) use record::{Record, RecordView};
pub(crate) use schedule::{Repeat, Schedule, Slot, SlotAction};
pub(crate) use upload::{Upload, VehicleInfo};

use crate::clock::later;
use crate::quirks::Quirks;
use crate::quirks::uuid::uuid;
use crate::random::Random;
use crate::zones;
use catalog::{Model, Place};
use command::Commands;
use connector::{Condition, Connector};
use flexibility::Restraint;
use outside::Outside;
use physics::share;
use session::Session;

/// Length of a step (s).
const STEP: i64 = 1;

/// Chance that a vehicle arrives at a free connector within one second: one in ten minutes.
const ARRIVAL: f64 = 1.0 / 600.0;

/// A group of chargers behind one grid connection.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) id: String,
    name: String,
    place: Place,
    created: Timestamp,
    /// Most the site may draw (W).
    capacity_w: i64,
    /// Indices of its chargers.
    members: Vec<usize>,
    /// Those of them that are not played from outside.
    simulated: Vec<usize>,
}

impl Site {
    /// The time zone of its place.
    pub(crate) fn zone(&self) -> TimeZone {
        zones::named(self.place.zone).unwrap_or(TimeZone::UTC)
    }
}

/// One charger.
#[derive(Clone, Debug)]
pub(crate) struct Charger {
    pub(crate) id: String,
    sn: String,
    firmware: String,
    /// Name of its model, and who made it.
    label: String,
    manufacturer: String,
    /// What an outside client shows to play it.
    pub(crate) secret: String,
    /// When it registered, if it did.
    registered: Option<Timestamp>,
    model: Model,
    site: usize,
    pub(crate) offline: bool,
    /// It sends no frames, and nothing else says so.
    pub(crate) silent: bool,
    /// When it was last heard of, if it has fallen silent while the sandbox runs.
    heard: Option<Timestamp>,
    /// Set once it is played from outside; it is not simulated any more then.
    outside: Option<Outside>,
    connectors: Vec<Connector>,
}

impl Charger {
    /// Whether an outside client plays it.
    pub(crate) fn is_outside(&self) -> bool {
        self.outside.is_some()
    }

    /// Index of the connector with this number.
    pub(crate) fn position(&self, connector_id: u32) -> Option<usize> {
        self.connectors
            .iter()
            .position(|connector| connector.id == connector_id)
    }
}

/// The whole fleet at one virtual time.
#[derive(Clone, Debug)]
pub(crate) struct Fleet {
    seed: u64,
    /// Virtual time of step 0.
    start: Timestamp,
    /// Steps (s) since the start.
    step: i64,
    /// Time since the last step (µs, below one second).
    micros: i64,
    passed: Duration,
    pub(crate) sites: Vec<Site>,
    pub(crate) chargers: Vec<Charger>,
    /// Index of each charger by its id.
    by_id: HashMap<String, usize>,
    /// The same by its serial number.
    by_sn: HashMap<String, usize>,
    /// Indices of those that are played from outside.
    played: Vec<usize>,
    /// Every record that was uploaded, by its id, to know it again.
    uploads: HashMap<String, (usize, Arc<Upload>)>,
    /// Finished sessions.
    pub(crate) records: Ledger,
    /// Whether vehicles come by themselves.
    arrivals: bool,
    pub(crate) commands: Commands,
    /// Limits in force.
    restraints: Vec<Restraint>,
    /// Whether any connector has a schedule, and whether one has just been stored.
    scheduled: bool,
    replan: bool,
    /// How the switches stand.
    quirks: Quirks,
}

impl Fleet {
    /// Turns the switches.
    pub(crate) fn set_quirks(&mut self, quirks: Quirks) {
        self.quirks = quirks;
    }

    /// Enters a charger under its id, and under the UUID that stands for it.
    fn name(&mut self, id: &str, index: usize) {
        self.by_id.insert(uuid(id), index);
        self.by_id.insert(id.to_owned(), index);
    }

    /// The fleet's virtual time.
    pub(crate) fn now(&self) -> Timestamp {
        later(self.start, self.passed)
    }

    /// Lets virtual time pass.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.passed += by;
        self.micros += i64::try_from(by.as_micros()).unwrap_or(0);
        while self.micros >= STEP * 1_000_000 {
            self.micros -= STEP * 1_000_000;
            self.tick();
        }
    }

    /// One step: energy and warmth of the second that ends here, then departures and arrivals, then what commands,
    /// schedules and limits say, then the power of the second that begins. A pure function of the state before it.
    fn tick(&mut self) {
        self.step += STEP;
        for charger in 0..self.chargers.len() {
            if self.chargers[charger].outside.is_some() {
                continue;
            }
            for connector in 0..self.chargers[charger].connectors.len() {
                self.pass((charger, connector));
            }
        }
        self.release();
        self.deliver();
        self.follow_schedules();
        self.allot();
    }

    /// Lets one connector reach the present step.
    fn pass(&mut self, at: (usize, usize)) {
        let charger = &mut self.chargers[at.0];
        let ambient = self.sites[charger.site].place.ambient;
        let connector = &mut charger.connectors[at.1];
        connector.pass(&charger.model, ambient, STEP);
        if connector.condition != Condition::Sound {
            return;
        }
        match &connector.session {
            Some(session) if session.over(self.step) => self.end_session(at, None),
            Some(_) => {}
            None if self.arrivals && connector.claim.is_none() => self.arrive(at),
            None => {}
        }
    }

    /// A vehicle may come along at a free connector.
    fn arrive(&mut self, at: (usize, usize)) {
        let feeds_back = self.chargers[at.0].model.feed_back_w > 0;
        let step = self.step;
        let connector = &self.chargers[at.0].connectors[at.1];
        let labels = [0xA771, at.0 as u64, u64::from(connector.id), step as u64];
        let mut random = Random::new(self.seed, &labels);
        // In an idle slot nobody is served.
        let closed = connector
            .slot
            .as_ref()
            .is_some_and(|slot| slot.action == SlotAction::Idle);
        if !random.chance(ARRIVAL) || closed {
            return;
        }
        let gives = feeds_back && random.chance(0.5);
        let mut session = match gives {
            true => Session::discharge(&mut random, step),
            false => Session::charge(&mut random, step),
        };
        let connector = self.connector(at);
        session.limit_w = connector.slot.as_ref().and_then(|slot| slot.limit_w);
        connector.parked = None;
        connector.session = Some(session);
    }

    fn connector(&mut self, (charger, connector): (usize, usize)) -> &mut Connector {
        &mut self.chargers[charger].connectors[connector]
    }

    /// The moment of a step.
    fn at(&self, step: i64) -> Timestamp {
        self.start
            .checked_add(SignedDuration::from_secs(step))
            .unwrap_or(self.start)
    }

    /// Sets the power of every connector for the step that begins: what each would take, cut down first to what
    /// its charger and then to what its site can give.
    fn allot(&mut self) {
        let mut demands = Vec::new();
        for (number, site) in self.sites.iter().enumerate() {
            demands.clear();
            for index in &site.simulated {
                let charger = &self.chargers[*index];
                let from = demands.len();
                demands.extend(charger.connectors.iter().map(|connector| match &connector.session {
                    Some(session) if connector.condition == Condition::Sound => session.demand(&charger.model),
                    _ => 0,
                }));
                share(&mut demands[from..], charger.model.rated_w);
            }
            share(&mut demands, self.allowed_w(number));
            let mut allotted = demands.iter();
            for index in &site.simulated {
                for connector in &mut self.chargers[*index].connectors {
                    connector.power_w = allotted.next().copied().unwrap_or(0);
                }
            }
        }
    }
}
