//! Makes a fleet out of a seed.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Unit};

use super::catalog::{self, Model, Place};
use super::command::Commands;
use super::connector::{Condition, Connector};
use super::ledger::Ledger;
use super::outside::secret;
use super::record::Record;
use super::session::Session;
use super::{Charger, Fleet, Site, history};
use crate::quirks::Quirks;
use crate::random::Random;

/// What a fleet is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) sites: usize,
    pub(crate) devices_per_site: usize,
    pub(crate) history_days: u32,
    /// Whether vehicles come and go by themselves while the sandbox runs.
    pub(crate) arrivals: bool,
    /// Virtual time at the beginning.
    pub(crate) start: Timestamp,
}

/// Share of the chargers' rated power that a site's grid connection carries: less than all, so that the limit
/// is felt on a busy day.
const SITE_SHARE: f64 = 0.6;

/// Who has made the chargers the fleet begins with.
const MANUFACTURER: &str = "Tellus Power";

impl Plan {
    /// Builds the fleet with its history and the sessions that are under way from the start.
    pub(crate) fn build(self) -> Fleet {
        let mut sites: Vec<Site> = (0..self.sites).map(|index| self.site(index)).collect();
        let mut chargers = Vec::new();
        let mut records: Vec<Record> = Vec::new();
        for index in 0..self.sites * self.devices_per_site {
            let (charger, past) = self.charger(index);
            sites[charger.site].members.push(index);
            sites[charger.site].simulated.push(index);
            chargers.push(charger);
            records.extend(past);
        }
        for site in &mut sites {
            let rated: i64 = site.members.iter().map(|index| chargers[*index].model.rated_w).sum();
            // To whole 10 kW, but never below 20 kW.
            site.capacity_w = ((rated as f64 * SITE_SHARE / 10_000.0).round() as i64 * 10_000).max(20_000);
        }
        let named = chargers.iter().enumerate();
        let by_sn = named.map(|(index, charger)| (charger.sn.clone(), index)).collect();
        let ids: Vec<String> = chargers.iter().map(|charger| charger.id.clone()).collect();
        let mut fleet = Fleet {
            seed: self.seed,
            start: self.start,
            step: 0,
            micros: 0,
            sites,
            chargers,
            by_id: HashMap::new(),
            by_sn,
            played: Vec::new(),
            uploads: HashMap::new(),
            records: Ledger::of(records),
            passed: Duration::ZERO,
            arrivals: self.arrivals,
            commands: Commands::default(),
            restraints: Vec::new(),
            scheduled: false,
            replan: false,
            quirks: Quirks::default(),
        };
        for (index, id) in ids.iter().enumerate() {
            fleet.name(id, index);
        }
        fleet.allot();
        fleet
    }

    fn site(&self, index: usize) -> Site {
        let mut random = Random::new(self.seed, &[0x517E, index as u64]);
        let place: Place = catalog::place(index);
        let age = SignedDuration::from_hours(24 * (200 + random.below(900) as i64));
        let created = self
            .start
            .checked_sub(age)
            .and_then(|at| at.round(Unit::Hour))
            .unwrap_or(self.start);
        let round = index / 6;
        Site {
            id: format!("site_{}", random.hex(8)),
            name: if round == 0 {
                place.name.to_owned()
            } else {
                format!("{} {}", place.name, round + 1)
            },
            place,
            created,
            capacity_w: 0,
            members: Vec::new(),
            simulated: Vec::new(),
        }
    }

    fn charger(&self, index: usize) -> (Charger, Vec<Record>) {
        let mut random = Random::new(self.seed, &[0xC4A6, index as u64]);
        let model = catalog::model(index);
        let site = index / self.devices_per_site;
        let id = format!("dvc_{}", random.hex(12));
        let offline = index % 12 == 10;
        let ambient = catalog::place(site).ambient;
        let mut records = Vec::new();
        let mut connectors = Vec::new();
        for number in 1..=model.connectors {
            let mut meter_ws = random.below(90_000_000) as i64 * 3600;
            let past = (self.start, self.history_days);
            records.extend(history::write(
                self.seed,
                &model,
                (&id, index, number),
                past,
                &mut meter_ws,
            ));
            let condition = match (offline, index % 12, number) {
                (true, _, _) => Condition::Offline,
                (_, 4, 2) => Condition::Faulted,
                _ => Condition::Sound,
            };
            let session = self.underway(&model, index, number, condition);
            connectors.push(Connector {
                session,
                ..Connector::new(number, condition, ambient + 2.0, meter_ws)
            });
        }
        let charger = Charger {
            sn: format!("{}{:07}", &model.name[3..], random.below(10_000_000)),
            firmware: model.firmware[random.below(model.firmware.len())].to_owned(),
            label: model.name.to_owned(),
            manufacturer: MANUFACTURER.to_owned(),
            secret: secret(self.seed, index),
            registered: None,
            id,
            model,
            site,
            offline,
            silent: false,
            heard: None,
            outside: None,
            connectors,
        };
        (charger, records)
    }

    /// The session a connector is in when the sandbox starts: the charger that can feed back does, and about
    /// two in three of the others charge, so that there is power to see at once.
    fn underway(&self, model: &Model, index: usize, number: u32, condition: Condition) -> Option<Session> {
        if condition != Condition::Sound || !self.arrivals {
            return None;
        }
        let mut random = Random::new(self.seed, &[0x5E55, index as u64, u64::from(number)]);
        if model.feed_back_w > 0 {
            return Some(Session::discharge(&mut random, 0));
        }
        // The first two of each dozen that can charge always do.
        let always = number == 1 && matches!(index % 12, 1 | 3 | 5);
        (always || random.chance(0.5)).then(|| Session::charge(&mut random, 0))
    }
}
