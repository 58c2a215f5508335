//! Charging records that chargers upload.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::Fleet;
use super::physics::WS_PER_KWH;
use super::record::Record;
use super::session::Direction;

/// A record as a charger has uploaded it. Energies in kWh, powers in kW.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Upload {
    pub(crate) record_id: String,
    pub(crate) connector_id: u32,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) energy: f64,
    pub(crate) max_power: f64,
    pub(crate) avg_power: f64,
    pub(crate) cost: Option<f64>,
    pub(crate) meter_start: f64,
    pub(crate) meter_end: f64,
    pub(crate) vehicle: Option<VehicleInfo>,
}

/// The vehicle in a record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct VehicleInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) soc_start: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) soc_end: Option<u8>,
}

impl Upload {
    /// Which way the energy went. The sign of energy is not specified for a vehicle that gives; that of the cost is.
    fn direction(&self) -> Direction {
        match self.energy < 0.0 || self.cost.is_some_and(|cost| cost < 0.0) {
            true => Direction::Discharge,
            false => Direction::Charge,
        }
    }
}

impl Fleet {
    /// Files a record that a charger has uploaded. The same one again changes nothing; `false` says that another one has
    /// its id.
    pub(crate) fn file_upload(&mut self, charger: usize, upload: Upload) -> bool {
        if let Some((owner, known)) = self.uploads.get(&upload.record_id) {
            return (*owner, known.as_ref()) == (charger, &upload);
        }
        let upload = Arc::new(upload);
        self.uploads
            .insert(upload.record_id.clone(), (charger, Arc::clone(&upload)));
        let direction = upload.direction();
        let energy_ws = (upload.energy.abs() * WS_PER_KWH).round() as i64;
        let sign = if direction == Direction::Discharge { -1 } else { 1 };
        self.records.add(Record {
            record_id: upload.record_id.clone(),
            device_id: self.chargers[charger].id.clone(),
            charger,
            connector_id: upload.connector_id,
            start: upload.start,
            end: upload.end,
            energy_ws: energy_ws * sign,
            peak_w: (upload.max_power * 1000.0) as i64,
            direction,
            meter_start_ws: (upload.meter_start * WS_PER_KWH) as i64,
            vin: String::new(),
            soc_start: 0,
            soc_end: 0,
            open: false,
            uploaded: Some(upload),
        });
        true
    }
}
