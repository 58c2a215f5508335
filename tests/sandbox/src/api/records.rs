//! `GET /operator/charging-records`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};

use super::params::Params;
use super::{Answer, auth};
use crate::envelope::success;
use crate::fleet::{Record, RecordView};
use crate::quota::Class;
use crate::state::Shared;
use crate::sync::lock;
use crate::unspecified::{RECORDS_NEWEST_FIRST, records_in_range};

/// A page of charging records. A device nobody knows has no records; that is not an error.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri) -> Answer {
    auth::admit(&shared, &headers, &uri, Class::Query)?;
    let params = Params::of(&uri)?;
    let page = params.page()?;
    let device = params.text("device_id");
    let connector = params.positive("connector_id")?;
    let (from, until) = (params.moment("start_time")?, params.moment("end_time")?);

    let fleet = lock(&shared.fleet);
    // Compared as numbers: a page must stay cheap with years of records.
    let charger = device.map(|id| fleet.find(id));
    let wanted = |record: &&Record| {
        charger.is_none_or(|charger| Some(record.charger) == charger)
            && connector.is_none_or(|connector| u64::from(record.connector_id) == connector)
    };
    let range = records_in_range(&fleet.records, from, until);
    let everything = charger.is_none() && connector.is_none();
    let total = if everything {
        range.len()
    } else {
        range.iter().filter(wanted).count()
    };
    let (from, size) = page.window();
    let items: Vec<_> = match (RECORDS_NEWEST_FIRST, everything) {
        // No need to look at what lies before the page.
        (true, true) => views(range.iter().rev().skip(from).take(size)),
        (false, true) => views(range.iter().skip(from).take(size)),
        (true, false) => views(range.iter().rev().filter(wanted).skip(from).take(size)),
        (false, false) => views(range.iter().filter(wanted).skip(from).take(size)),
    };
    drop(fleet);
    Ok(success(page.around(&items, total)))
}

fn views<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<RecordView> {
    records.map(Record::view).collect()
}
