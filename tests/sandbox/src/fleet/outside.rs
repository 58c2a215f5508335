//! Chargers that an outside client plays: what is known of them is what they have said.

use std::collections::HashMap;

use jiff::Timestamp;

use super::catalog::{Model, Supply};
use super::connector::{Condition, Connector, ConnectorState, Measured};
use super::{Charger, Fleet};
use crate::quirks::DeviceSecret;
use crate::random::Random;
use crate::unspecified::{DEVICE_SECRET_LIFETIME, HEARD_WITHIN_SECONDS, HOME_OF_THE_REGISTERED};

/// The hardware of a charger that has registered. Nothing is known of it, so it is trusted to refuse what it cannot do.
const UNKNOWN: Model = Model {
    name: "unknown",
    supply: Supply::Dc,
    rated_w: 0,
    connectors: 1,
    feed_back_w: 1,
    firmware: &[],
};

/// What a charger says of itself when it registers.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) sn: String,
    pub(crate) model: String,
    pub(crate) manufacturer: String,
    pub(crate) firmware_version: String,
}

/// The platform's side of a charger that is played from outside. Times are those of the sandbox's wall clock.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    /// When it was last heard of: its last heartbeat, or its first call before there was one.
    pub(super) heard: Timestamp,
    /// Whether the last heartbeat spoke of a fault.
    pub(super) faulty: bool,
    /// The time in the newest telemetry that no frame has carried yet.
    pub(super) fresh: Option<Timestamp>,
}

/// One telemetry upload.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) at: Timestamp,
    pub(crate) state: ConnectorState,
    /// V.
    pub(crate) voltage: f64,
    /// A.
    pub(crate) current: f64,
    /// kW, negative while discharging.
    pub(crate) power: f64,
    /// kWh of this session.
    pub(crate) energy_delivered: f64,
    pub(crate) soc: Option<u8>,
    /// °C.
    pub(crate) temperature: Option<f64>,
}

impl Reading {
    /// The reading as the operator sees it, given what the platform makes of the connector's state.
    pub(super) fn measured(&self, id: u32, state: ConnectorState) -> Measured {
        // Nobody knows what a charger does that is not heard of.
        let known = |value| {
            if state == ConnectorState::Unavailable {
                0.0
            } else {
                value
            }
        };
        Measured {
            id,
            state,
            power: known(self.power),
            voltage: known(self.voltage),
            current: known(self.current),
            energy_delivered: self.energy_delivered,
            soc: self.soc.map(f64::from),
            temperature: self.temperature,
        }
    }
}

/// The secret of the charger at this index.
pub(super) fn secret(seed: u64, index: usize) -> String {
    format!("sk_{}", Random::new(seed, &[0x5EC5, index as u64]).hex(24))
}

impl Fleet {
    /// Takes a new charger in and returns its index; `None` if its serial number is taken.
    pub(crate) fn register(&mut self, new: Registration, now: Timestamp) -> Option<usize> {
        if self.by_sn.contains_key(&new.sn) {
            return None;
        }
        let index = self.chargers.len();
        let id = format!("dvc_{}", Random::new(self.seed, &[0x4E65, index as u64]).hex(12));
        self.name(&id, index);
        self.by_sn.insert(new.sn.clone(), index);
        self.sites[HOME_OF_THE_REGISTERED].members.push(index);
        self.chargers.push(Charger {
            id,
            sn: new.sn,
            firmware: new.firmware_version,
            label: new.model,
            manufacturer: new.manufacturer,
            secret: secret(self.seed, index),
            registered: Some(now),
            model: UNKNOWN,
            site: HOME_OF_THE_REGISTERED,
            offline: false,
            silent: false,
            heard: None,
            outside: None,
            connectors: vec![Connector::new(1, Condition::Sound, 0.0, 0)],
        });
        self.play(index, now);
        Some(index)
    }

    /// The id of the charger that shows this id and secret.
    pub(crate) fn recognise(&self, device_id: &str, secret: &str, now: Timestamp) -> Option<String> {
        let charger = &self.chargers[self.find(device_id)?];
        let over = |since: Timestamp| now.duration_since(since).as_secs() >= DEVICE_SECRET_LIFETIME;
        let expired = self.quirks.device_secret == DeviceSecret::Expires && charger.registered.is_some_and(over);
        (charger.secret == secret && !expired).then(|| charger.id.clone())
    }

    /// From now on this charger is played from outside: what it was simulated to do ends.
    pub(crate) fn play(&mut self, index: usize, now: Timestamp) {
        if self.chargers[index].outside.is_some() {
            return;
        }
        for connector in 0..self.chargers[index].connectors.len() {
            self.end_session((index, connector), None);
        }
        let charger = &mut self.chargers[index];
        charger.outside = Some(Outside {
            heard: now,
            faulty: false,
            fresh: None,
        });
        charger.offline = false;
        for connector in &mut charger.connectors {
            let Connector { id, claim, .. } = *connector;
            *connector = Connector::new(id, Condition::Sound, 0.0, connector.meter_ws);
            connector.claim = claim;
        }
        self.sites[charger.site].simulated.retain(|member| *member != index);
        self.played.push(index);
    }

    /// Takes those off line that have not been heard of for too long.
    pub(crate) fn miss(&mut self, now: Timestamp) {
        for index in self.played.clone() {
            let overdue = |outside: &Outside| now.duration_since(outside.heard).as_secs() >= HEARD_WITHIN_SECONDS;
            let charger = &self.chargers[index];
            if !charger.offline && charger.outside.as_ref().is_some_and(overdue) {
                self.connect(index, false);
            }
        }
    }

    /// A heartbeat.
    pub(crate) fn beat(&mut self, index: usize, now: Timestamp, online: bool, faulty: bool) {
        if let Some(outside) = &mut self.chargers[index].outside {
            outside.heard = now;
            outside.faulty = faulty;
        }
        self.connect(index, online);
    }

    /// Telemetry of one connector. A connector that was not known is known from now on.
    pub(crate) fn upload(&mut self, index: usize, connector_id: u32, reading: Reading) {
        let position = self.connector_of(index, connector_id);
        let charger = &mut self.chargers[index];
        if let Some(outside) = &mut charger.outside {
            outside.fresh = outside.fresh.max(Some(reading.at));
        }
        let connector = &mut charger.connectors[position];
        connector.power_w = (reading.power * 1000.0) as i64;
        connector.reading = Some(reading);
        if std::mem::take(&mut connector.faulted) {
            self.settle(index);
        }
    }

    /// A fault that a charger reports. It holds until telemetry says otherwise.
    pub(crate) fn report_fault(&mut self, index: usize, connector_id: u32) {
        let position = self.connector_of(index, connector_id);
        self.chargers[index].connectors[position].faulted = true;
        self.settle(index);
    }

    /// A charger has new firmware.
    pub(crate) fn upgraded(&mut self, index: usize, firmware_version: String) {
        self.chargers[index].firmware = firmware_version;
    }

    /// The chargers that have sent telemetry since this was last asked, and the time in the newest.
    pub(crate) fn take_fresh(&mut self) -> HashMap<usize, Timestamp> {
        let mut fresh = HashMap::new();
        for index in &self.played {
            let outside = self.chargers[*index].outside.as_mut();
            fresh.extend(outside.and_then(|outside| Some((*index, outside.fresh.take()?))));
        }
        fresh
    }

    /// Index of a connector; it is made if there is none with this number.
    pub(crate) fn connector_of(&mut self, index: usize, connector_id: u32) -> usize {
        let charger = &mut self.chargers[index];
        charger.position(connector_id).unwrap_or_else(|| {
            let condition = if charger.offline {
                Condition::Offline
            } else {
                Condition::Sound
            };
            charger.connectors.push(Connector::new(connector_id, condition, 0.0, 0));
            // At the end: commands know connectors by their place.
            charger.connectors.len() - 1
        })
    }
}
