//! `GET /operator/charging-records`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};

use super::params::Params;
use super::{Answer, auth};
use crate::clock::later;
use crate::envelope::success;
use crate::fleet::{Fleet, Record, RecordView};
use crate::quirks::{OpenSessions, RangeEnd, RecordOrder, RecordRange};
use crate::quota::Class;
use crate::state::Shared;

/// A page of charging records. A device nobody knows has no records; that is not an error.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri) -> Answer {
    auth::admit(&shared, &headers, &uri, Class::Query)?;
    let params = Params::of(&uri)?;
    let quirks = shared.quirks();
    let page = params.page(quirks.large_page)?;
    let device = params.text("device_id");
    let connector = params.positive("connector_id")?;
    let (from, until) = (params.moment("start_time")?, params.moment("end_time")?);
    // The ledger leaves the upper bound out.
    let until = match quirks.range_end {
        RangeEnd::Excluded => until,
        RangeEnd::Included => until.map(|until| later(until, Duration::from_nanos(1))),
    };

    let fleet = shared.fleet();
    let charger = device.map(|id| fleet.find(id));
    let range: &[Arc<Record>] = match (charger, quirks.record_range) {
        // A device nobody knows.
        (Some(None), _) => &[],
        (_, RecordRange::ByStart) => fleet.records.begun(charger.flatten(), from, until),
        (_, RecordRange::ByOverlap) => fleet.records.around(charger.flatten(), from, until),
    };
    let with_open;
    let range = match (charger, quirks.open_sessions) {
        (Some(None), _) | (_, OpenSessions::Absent) => range,
        (_, OpenSessions::Listed) => {
            let by_start = quirks.record_range == RecordRange::ByStart;
            with_open = among(range, &fleet, |open| {
                charger.flatten().is_none_or(|charger| open.charger == charger)
                    && until.is_none_or(|until| open.start < until)
                    && (!by_start || from.is_none_or(|from| open.start >= from))
            });
            with_open.as_slice()
        }
    };
    let lasts =
        |record: &Record| quirks.record_range == RecordRange::ByStart || from.is_none_or(|from| record.end > from);
    let at = |record: &Record| connector.is_none_or(|connector| u64::from(record.connector_id) == connector);
    let wanted = |record: &&Arc<Record>| at(record) && lasts(record);
    let all = connector.is_none() && (quirks.record_range == RecordRange::ByStart || from.is_none());
    let total = match all {
        true => range.len(),
        false => range.iter().filter(wanted).count(),
    };
    let (skipped, size) = page.window();
    let newest_first = quirks.record_order == RecordOrder::NewestFirst;
    let items: Vec<RecordView> = match (newest_first, all) {
        // Nothing before the page is looked at.
        (true, true) => views(range.iter().rev().skip(skipped).take(size)),
        (false, true) => views(range.iter().skip(skipped).take(size)),
        (true, false) => views(range.iter().rev().filter(wanted).skip(skipped).take(size)),
        (false, false) => views(range.iter().filter(wanted).skip(skipped).take(size)),
    };
    drop(fleet);
    Ok(success(page.around(&items, total)))
}

/// The records of sessions that are under way, where they are wanted, among the others in their order.
fn among(range: &[Arc<Record>], fleet: &Fleet, wanted: impl Fn(&Record) -> bool) -> Vec<Arc<Record>> {
    let mut all = range.to_vec();
    all.extend(fleet.open_records().filter(|open| wanted(open)));
    all.sort_unstable_by(|a, b| a.place().cmp(&b.place()));
    all
}

fn views<'a>(records: impl Iterator<Item = &'a Arc<Record>>) -> Vec<RecordView> {
    records.map(|record| record.view()).collect()
}
