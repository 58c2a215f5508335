//! Charging records.

use jiff::Timestamp;

use super::pages::Pages;
use crate::{
    client::Client,
    error::{Error, Result},
    model::ChargingRecord,
    transport::Request,
};

/// Which charging records are wanted. Whether the bounds are inclusive, and whether they look at a session's start
/// or at any overlap, is not specified by the platform.
#[derive(Debug, Clone, Default)]
pub struct ChargingRecordQuery {
    /// Only this charger's.
    pub device_id: Option<String>,
    /// Only this connector's.
    pub connector_id: Option<u32>,
    /// From this moment.
    pub start: Option<Timestamp>,
    /// To this moment.
    pub end: Option<Timestamp>,
}

impl Client {
    /// Charging records, page by page (`GET /operator/charging-records`).
    pub fn charging_records(&self, query: &ChargingRecordQuery) -> Result<Pages<ChargingRecord>> {
        if let (Some(start), Some(end)) = (query.start, query.end)
            && end <= start
        {
            return Err(Error::invalid(
                "end",
                format_args!("must be later than start ({start}), not {end}"),
            ));
        }
        let request = Request::get(["operator", "charging-records"])
            .maybe_query("device_id", query.device_id.as_deref())
            .maybe_query("connector_id", query.connector_id)
            .maybe_query("start_time", query.start)
            .maybe_query("end_time", query.end);
        Ok(Pages::new(self.clone(), request, |record: &ChargingRecord| {
            &record.record_id
        }))
    }
}
