//! The virtual fleet: sites, chargers, connectors and their past, as one function of a seed and a time.
//!
//! The fleet moves in steps of one virtual second that lie on a fixed grid. A reading between two steps is a
//! straight line from the last one. So the state at a given virtual time does not depend on how often, or in what
//! portions, time was asked to pass.

mod build;
mod catalog;
mod connector;
mod energy;
mod frame;
mod history;
mod ledger;
mod physics;
mod record;
mod session;
mod view;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub(crate) use build::Plan;
pub(crate) use connector::ConnectorState;
pub(crate) use energy::{Granularity, Grid, Point};
pub(crate) use frame::Frame;
#[cfg(test)]
pub(crate) use frame::FrameConnector;
pub(crate) use ledger::Ledger;
pub(crate) use record::{Record, RecordView};

use crate::clock::later;
use crate::random::Random;
use catalog::{Model, Place};
use connector::{Condition, Connector};
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
}

/// One charger.
#[derive(Clone, Debug)]
pub(crate) struct Charger {
    pub(crate) id: String,
    sn: String,
    firmware: &'static str,
    model: Model,
    site: usize,
    pub(crate) offline: bool,
    connectors: Vec<Connector>,
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
    /// Finished sessions.
    pub(crate) records: Ledger,
}

impl Fleet {
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

    /// One step: energy and warmth of the second that ends here, then departures and arrivals, then the power of
    /// the second that begins. A pure function of the state before it.
    fn tick(&mut self) {
        self.step += STEP;
        let mut finished = Vec::new();
        for (index, charger) in self.chargers.iter_mut().enumerate() {
            let ambient = self.sites[charger.site].place.ambient;
            for connector in &mut charger.connectors {
                connector.pass(&charger.model, ambient, STEP);
                if connector.condition != Condition::Sound {
                    continue;
                }
                match connector.session.take() {
                    Some(session) if session.finished() => finished.push((index, connector.id, session)),
                    Some(session) => connector.session = Some(session),
                    None => {
                        let labels = [0xA771, index as u64, u64::from(connector.id), self.step as u64];
                        let mut random = Random::new(self.seed, &labels);
                        if random.chance(ARRIVAL) {
                            let gives = charger.model.feed_back_w > 0 && random.chance(0.5);
                            connector.session = Some(if gives {
                                Session::discharge(&mut random, self.step)
                            } else {
                                Session::charge(&mut random, self.step)
                            });
                        }
                    }
                }
            }
        }
        for (index, connector_id, session) in finished {
            self.file(index, connector_id, &session);
        }
        self.allot();
    }

    /// Sets the power of every connector for the step that begins: what each would take, cut down first to what
    /// its charger and then to what its site can give.
    fn allot(&mut self) {
        let mut demands = Vec::new();
        for site in &self.sites {
            demands.clear();
            for index in &site.members {
                let charger = &self.chargers[*index];
                let from = demands.len();
                demands.extend(charger.connectors.iter().map(|connector| match &connector.session {
                    Some(session) if connector.condition == Condition::Sound => session.demand(&charger.model),
                    _ => 0,
                }));
                share(&mut demands[from..], charger.model.rated_w);
            }
            share(&mut demands, site.capacity_w);
            let mut allotted = demands.iter();
            for index in &site.members {
                for connector in &mut self.chargers[*index].connectors {
                    connector.power_w = allotted.next().copied().unwrap_or(0);
                }
            }
        }
    }

    /// Turns a finished session into a record.
    fn file(&mut self, index: usize, connector_id: u32, session: &Session) {
        let charger = &mut self.chargers[index];
        let labels = [0x4EC0, index as u64, u64::from(connector_id), self.step as u64];
        let id = format!("rec_{}", Random::new(self.seed, &labels).hex(12));
        let begin = self
            .start
            .checked_add(SignedDuration::from_secs(session.began))
            .unwrap_or(self.start);
        let Some(connector) = charger
            .connectors
            .iter_mut()
            .find(|connector| connector.id == connector_id)
        else {
            return;
        };
        let span = (begin, self.step - session.began);
        self.records.add(Record::of(
            session,
            (&charger.id, index, connector_id),
            span,
            connector.meter_ws,
            id,
        ));
        connector.meter_ws += session.energy_ws;
    }
}
