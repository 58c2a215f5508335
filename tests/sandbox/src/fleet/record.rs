//! Charging records: what is left of a session.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::physics::{kw, kwh, round};
use super::session::{Direction, Session};
use crate::clock::rfc3339;
use crate::unspecified::reported_energy_ws;

/// Price of a kilowatt-hour taken.
const TARIFF: f64 = 0.42;
/// Paid for a kilowatt-hour given back.
const FEED_IN: f64 = 0.31;

/// A finished session.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) record_id: String,
    pub(crate) device_id: String,
    /// Index of the device in the fleet.
    pub(crate) charger: usize,
    pub(crate) connector_id: u32,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) energy_ws: i64,
    pub(crate) peak_w: i64,
    pub(crate) direction: Direction,
    /// Meter (Ws, net) before the session.
    pub(crate) meter_start_ws: i64,
    pub(crate) vin: String,
    pub(crate) soc_start: u8,
    pub(crate) soc_end: u8,
}

/// A record as the API shows it. Energies in kWh, powers in kW.
#[derive(Serialize)]
pub(crate) struct RecordView {
    record_id: String,
    device_id: String,
    connector_id: u32,
    start_time: String,
    end_time: String,
    energy: f64,
    max_power: f64,
    avg_power: f64,
    cost: f64,
    meter_start: f64,
    meter_end: f64,
    vehicle_info: VehicleView,
}

#[derive(Serialize)]
struct VehicleView {
    vin: String,
    soc_start: u8,
    soc_end: u8,
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
            energy_ws: session.energy_ws,
            peak_w: session.peak_w,
            direction: session.direction,
            meter_start_ws,
            vin: session.vehicle.vin.clone(),
            soc_start: session.soc_start as u8,
            soc_end: session.soc().floor() as u8,
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
        let seconds = self.length().as_secs().max(1);
        let energy_ws = reported_energy_ws(self.energy_ws);
        let price = match self.direction {
            Direction::Charge => TARIFF,
            Direction::Discharge => FEED_IN,
        };
        RecordView {
            record_id: self.record_id.clone(),
            device_id: self.device_id.clone(),
            connector_id: self.connector_id,
            start_time: rfc3339(self.start),
            end_time: rfc3339(self.end),
            energy: kwh(energy_ws),
            max_power: kw(self.peak_w),
            avg_power: round(kw(self.energy_ws) / seconds as f64, 3),
            // Negative where the vehicle gave energy: that is income.
            cost: round(kwh(self.energy_ws) * price, 2),
            meter_start: kwh(self.meter_start_ws),
            meter_end: kwh(self.meter_start_ws + self.energy_ws),
            vehicle_info: VehicleView {
                vin: self.vin.clone(),
                soc_start: self.soc_start,
                soc_end: self.soc_end,
            },
        }
    }
}
