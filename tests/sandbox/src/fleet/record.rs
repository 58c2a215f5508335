//! Charging records: what is left of a session.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Fleet;
use super::physics::{kw, kwh, round};
use super::session::{Direction, Session};
use super::upload::{Upload, VehicleInfo};
use crate::clock::rfc3339;
use crate::random::Random;

/// Price of a kilowatt-hour taken.
const TARIFF: f64 = 0.42;
/// Paid for a kilowatt-hour given back.
const FEED_IN: f64 = 0.31;

/// A session, finished unless it says that it is open.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) record_id: String,
    pub(crate) device_id: String,
    /// Index of the device in the fleet.
    pub(crate) charger: usize,
    pub(crate) connector_id: u32,
    pub(crate) start: Timestamp,
    /// The present, while it is open.
    pub(crate) end: Timestamp,
    pub(crate) open: bool,
    pub(crate) energy_ws: i64,
    pub(crate) peak_w: i64,
    pub(crate) direction: Direction,
    /// Meter (Ws, net) before the session.
    pub(crate) meter_start_ws: i64,
    pub(crate) vin: String,
    pub(crate) soc_start: u8,
    pub(crate) soc_end: u8,
    /// What the charger has said of it, where that is played from outside: then all of this is shown as it was said.
    pub(crate) uploaded: Option<Arc<Upload>>,
}

/// A record as the API shows it. Energies in kWh, powers in kW.
#[derive(Serialize)]
pub(crate) struct RecordView {
    record_id: String,
    device_id: String,
    connector_id: u32,
    start_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
    energy: f64,
    max_power: f64,
    avg_power: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
    meter_start: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    meter_end: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_info: Option<VehicleInfo>,
}

impl Record {
    /// The record of `session`, which lasted `seconds` from `start`.
    pub(crate) fn of(
        session: &Session,
        (device_id, charger, connector_id): (&str, usize, u32),
        (start, seconds): (Timestamp, i64),
        meter_start_ws: i64,
        record_id: String,
    ) -> Self {
        Self {
            record_id,
            device_id: device_id.to_owned(),
            charger,
            connector_id,
            start,
            end: start.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(start),
            open: false,
            energy_ws: session.energy_ws,
            peak_w: session.peak_w,
            direction: session.direction,
            meter_start_ws,
            vin: session.vehicle.vin.clone(),
            soc_start: session.soc_start as u8,
            soc_end: session.soc().floor() as u8,
            uploaded: None,
        }
    }

    /// What records are sorted by.
    pub(crate) fn place(&self) -> (Timestamp, &str) {
        (self.start, &self.record_id)
    }

    /// How long the session lasted.
    pub(crate) fn length(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// The record as the API shows it.
    pub(crate) fn view(&self) -> RecordView {
        let told = self.uploaded.as_deref().cloned().unwrap_or_else(|| self.computed());
        let closed = !self.open;
        RecordView {
            record_id: told.record_id,
            device_id: self.device_id.clone(),
            connector_id: told.connector_id,
            start_time: rfc3339(told.start),
            end_time: closed.then(|| rfc3339(told.end)),
            energy: told.energy,
            max_power: told.max_power,
            avg_power: told.avg_power,
            cost: told.cost.filter(|_| closed),
            meter_start: told.meter_start,
            meter_end: closed.then_some(told.meter_end),
            vehicle_info: told.vehicle,
        }
    }

    /// What a charger would say of this session.
    fn computed(&self) -> Upload {
        let seconds = self.length().as_secs().max(1);
        let price = match self.direction {
            Direction::Charge => TARIFF,
            Direction::Discharge => FEED_IN,
        };
        Upload {
            record_id: self.record_id.clone(),
            connector_id: self.connector_id,
            start: self.start,
            end: self.end,
            // The integral of power: negative where the vehicle gave energy.
            energy: kwh(self.energy_ws),
            max_power: kw(self.peak_w),
            avg_power: round(kw(self.energy_ws) / seconds as f64, 3),
            // Negative where the vehicle gave energy: that is income.
            cost: Some(round(kwh(self.energy_ws) * price, 2)),
            meter_start: kwh(self.meter_start_ws),
            meter_end: kwh(self.meter_start_ws + self.energy_ws),
            vehicle: Some(VehicleInfo {
                vin: Some(self.vin.clone()),
                soc_start: Some(self.soc_start),
                soc_end: (!self.open).then_some(self.soc_end),
            }),
        }
    }
}

impl Fleet {
    /// Turns a finished session into a record. One that ended as it began leaves none.
    pub(super) fn file(&mut self, at: (usize, usize), session: &Session) {
        let seconds = self.step - session.began;
        if seconds == 0 {
            return;
        }
        let record = self.recorded(at, session, seconds);
        self.connector(at).meter_ws += session.energy_ws;
        self.records.add(record);
    }

    /// What there is so far of the sessions that are under way.
    pub(crate) fn open_records(&self) -> impl Iterator<Item = Arc<Record>> {
        let places = self.chargers.iter().enumerate().flat_map(|(index, charger)| {
            let connectors = charger.connectors.iter().enumerate();
            connectors.filter_map(move |(number, connector)| Some(((index, number), connector.session.as_ref()?)))
        });
        places.filter_map(|(at, session)| {
            let seconds = self.step - session.began;
            let mut record = self.recorded(at, session, seconds);
            record.open = true;
            // One of no length may yet leave none.
            (seconds > 0).then(|| Arc::new(record))
        })
    }

    /// The record of a session at a connector that has lasted for some seconds. Its id depends on its beginning, so that
    /// an open record and the final one are the same.
    fn recorded(&self, at: (usize, usize), session: &Session, seconds: i64) -> Record {
        let charger = &self.chargers[at.0];
        let connector = &charger.connectors[at.1];
        let labels = [0x4EC0, at.0 as u64, u64::from(connector.id), session.began as u64];
        let id = format!("rec_{}", Random::new(self.seed, &labels).hex(12));
        let place = (charger.id.as_str(), at.0, connector.id);
        Record::of(
            session,
            place,
            (self.at(session.began), seconds),
            connector.meter_ws,
            id,
        )
    }
}
