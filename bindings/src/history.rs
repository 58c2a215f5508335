//! Mirrors of what was: charging records and energy.

use std::sync::Arc;

use jiff::Timestamp;
use tellus_core::{self as core, model};
use tokio::sync::Mutex;

use crate::{
    cancel::{Cancellation, unless},
    error::TellusError,
};

type ChargingRecord = model::ChargingRecord;
type ChargingRecordQuery = core::ChargingRecordQuery;
type EnergyQuery = core::EnergyQuery;
type EnergySeries = model::EnergySeries;
type EnergyPoint = model::EnergyPoint;
type EnergyTotal = model::EnergyTotal;
type Granularity = model::Granularity;

/// One session: energy and meters in kWh, power in kW.
#[uniffi::remote(Record)]
pub struct ChargingRecord {
    pub record_id: String,
    pub device_id: String,
    pub connector_id: u32,
    pub start_time: Timestamp,
    pub end_time: Option<Timestamp>,
    pub energy: f64,
    pub max_power: Option<f64>,
    pub avg_power: Option<f64>,
    pub cost: Option<f64>,
    pub meter_start: Option<f64>,
    pub meter_end: Option<f64>,
}

/// Which charging records are wanted.
#[uniffi::remote(Record)]
pub struct ChargingRecordQuery {
    pub device_id: Option<String>,
    pub connector_id: Option<u32>,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

/// One page of charging records.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ChargingRecordPage {
    /// The records of this page.
    pub items: Vec<ChargingRecord>,
    /// Number of records in the whole list, at the time of this reply.
    pub total: Option<u64>,
}

impl From<model::Page<ChargingRecord>> for ChargingRecordPage {
    fn from(page: model::Page<ChargingRecord>) -> Self {
        Self {
            items: page.items,
            total: page.total,
        }
    }
}

/// The charging records, page by page.
#[derive(Debug, uniffi::Object)]
pub struct ChargingRecordPages(pub(crate) Mutex<core::Pages<ChargingRecord>>);

#[uniffi::export]
impl ChargingRecordPages {
    /// The next page; none after the last one.
    #[uniffi::method(default(cancel = None))]
    pub async fn next_page(
        &self,
        cancel: Option<Arc<Cancellation>>,
    ) -> Result<Option<ChargingRecordPage>, TellusError> {
        let page = unless(cancel, async { self.0.lock().await.next_page().await }).await?;
        Ok(page.map(Into::into))
    }
}

/// Which sums of energy are wanted; all sites if none is named.
#[uniffi::remote(Record)]
pub struct EnergyQuery {
    pub granularity: Granularity,
    pub start: Timestamp,
    pub end: Timestamp,
    pub site_ids: Vec<String>,
}

/// The width of the spans.
#[uniffi::remote(Enum)]
pub enum Granularity {
    Hour,
    Day,
    Month,
}

/// Energy over time.
#[uniffi::remote(Record)]
pub struct EnergySeries {
    pub granularity: Option<String>,
    pub start_time: Option<Timestamp>,
    pub end_time: Option<Timestamp>,
    pub series: Vec<EnergyPoint>,
    pub total: Option<EnergyTotal>,
}

/// One span: energy in kWh, power in kW.
#[uniffi::remote(Record)]
pub struct EnergyPoint {
    pub time: Option<String>,
    pub charge_energy: Option<f64>,
    pub discharge_energy: Option<f64>,
    pub max_power: Option<f64>,
    pub avg_power: Option<f64>,
}

/// The sums over all spans: energy in kWh, power in kW.
#[uniffi::remote(Record)]
pub struct EnergyTotal {
    pub charge_energy: Option<f64>,
    pub discharge_energy: Option<f64>,
    pub max_power: Option<f64>,
}
