//! `GET /operator/charging-records`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};

use super::params::Params;
use super::{Answer, auth};
use crate::envelope::success;
use crate::fleet::Record;
use crate::quota::Class;
use crate::state::Shared;
use crate::sync::lock;
use crate::unspecified::{RECORDS_NEWEST_FIRST, record_in_range};

/// A page of charging records. A device nobody knows has no records; that is not an error.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri) -> Answer {
    auth::admit(&shared, &headers, &uri, Class::Query)?;
    let params = Params::of(&uri)?;
    let page = params.page()?;
    let device = params.text("device_id");
    let connector = params.positive("connector_id")?;
    let (from, until) = (params.moment("start_time")?, params.moment("end_time")?);

    let fleet = lock(&shared.fleet);
    let wanted = |record: &&Record| {
        device.is_none_or(|device| record.device_id == device)
            && connector.is_none_or(|connector| u64::from(record.connector_id) == connector)
            && record_in_range(record.start, from, until)
    };
    let mut matching: Vec<&Record> = fleet.records.iter().filter(wanted).collect();
    matching.sort_by(|a, b| a.start.cmp(&b.start).then_with(|| a.record_id.cmp(&b.record_id)));
    if RECORDS_NEWEST_FIRST {
        matching.reverse();
    }
    Ok(success(page.of(&matching, Record::view)))
}
