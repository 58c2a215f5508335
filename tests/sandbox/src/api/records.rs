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
use crate::unspecified::{RECORDS_NEWEST_FIRST, records_in_range};

/// A page of charging records. A device nobody knows has no records; that is not an error.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri) -> Answer {
    auth::admit(&shared, &headers, &uri, Class::Query)?;
    let params = Params::of(&uri)?;
    let page = params.page()?;
    let device = params.text("device_id");
    let connector = params.positive("connector_id")?;
    let (from, until) = (params.moment("start_time")?, params.moment("end_time")?);

    let fleet = shared.fleet();
    let range = match device {
        None => records_in_range(&fleet.records, None, from, until),
        Some(id) => match fleet.find(id) {
            Some(charger) => records_in_range(&fleet.records, Some(charger), from, until),
            None => &[],
        },
    };
    let wanted = |record: &&Arc<Record>| connector.is_none_or(|connector| u64::from(record.connector_id) == connector);
    let total = match connector {
        None => range.len(),
        Some(_) => range.iter().filter(wanted).count(),
    };
    let (from, size) = page.window();
    let items: Vec<RecordView> = match (RECORDS_NEWEST_FIRST, connector) {
        // Nothing before the page is looked at.
        (true, None) => views(range.iter().rev().skip(from).take(size)),
        (false, None) => views(range.iter().skip(from).take(size)),
        (true, Some(_)) => views(range.iter().rev().filter(wanted).skip(from).take(size)),
        (false, Some(_)) => views(range.iter().filter(wanted).skip(from).take(size)),
    };
    drop(fleet);
    Ok(success(page.around(&items, total)))
}

fn views<'a>(records: impl Iterator<Item = &'a Arc<Record>>) -> Vec<RecordView> {
    records.map(|record| record.view()).collect()
}
