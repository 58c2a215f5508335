//! Every choice the contract leaves open, in one place.
//!
//! Nothing here is promised by the platform. When it answers a question, the answer is changed here.
//!
//! Two silences need no code: a stream goes on when the token it was opened with expires (the token is read once,
//! in the handshake), and the first frame comes with the next cadence tick, not at once.

use jiff::Timestamp;

use crate::fleet::{ConnectorState, Granularity, Ledger, Record};

/// Whether opening the telemetry stream takes one call out of the query quota. Not specified; here it does not:
/// the stream has a limit of its own (one connection per device set).
pub(crate) const STREAM_UPGRADE_COUNTS_AS_QUERY: bool = false;

/// Whether a call that was refused for its quota still fills the window. Not specified; here it does not.
pub(crate) const REFUSED_CALLS_COUNT: bool = false;

/// Length of the quota window (s). "Per minute" is specified, a sliding window is not.
pub(crate) const QUOTA_WINDOW_SECONDS: i64 = 60;

/// The records that belong to a time range: by the session's start, the lower bound included, the upper one not. Not
/// specified. Ranges that touch then neither overlap nor leave a hole.
pub(crate) fn records_in_range(ledger: &Ledger, from: Option<Timestamp>, until: Option<Timestamp>) -> &[Record] {
    ledger.begun(from, until)
}

/// Whether records come with the newest first. No order is specified.
pub(crate) const RECORDS_NEWEST_FIRST: bool = true;

/// The bucket of a site's `status_summary` that a connector is counted in, if any. The summary knows three
/// buckets for five states; here a discharging connector is in use like a charging one, and an unavailable one
/// is not counted.
pub(crate) fn summary_bucket(state: ConnectorState) -> Option<&'static str> {
    match state {
        ConnectorState::Idle => Some("idle"),
        ConnectorState::Charging | ConnectorState::Discharging => Some("charging"),
        ConnectorState::Fault => Some("fault"),
        ConnectorState::Unavailable => None,
    }
}

/// The sign of energy while discharging. Not specified; here energy is the integral of power, so it is negative
/// in frames, device details and records alike.
pub(crate) fn reported_energy_ws(integral_ws: i64) -> i64 {
    integral_ws
}

/// What a site's `status` filter matches: sites carry no status in the schema. Here every site is active.
pub(crate) fn site_matches_status(wanted: &str) -> bool {
    wanted == "active"
}

/// Status, code and text for a second stream over a device set that is already being streamed. Not specified.
pub(crate) const SECOND_STREAM: (u16, u32, &str) = (409, 4001, "these devices are already being streamed");

/// Most buckets in one energy series; more are refused as an `end_time` out of range. No limit is specified.
pub(crate) const MOST_BUCKETS: usize = 10_000;

/// The label of a bucket. "ISO format, granularity-dependent" is specified, neither the exact form nor the time zone
/// is; here UTC, as short as the bucket allows. (Also not specified, and decided where it is computed: power in a
/// bucket is that of charging alone, as its average over the part of the bucket that was asked for, and as the peak of
/// the sum of the sessions' mean powers.)
pub(crate) fn bucket_label(granularity: Granularity, begin: Timestamp) -> String {
    let form = match granularity {
        Granularity::Hour => "%Y-%m-%dT%H:00:00Z",
        Granularity::Day => "%Y-%m-%d",
        Granularity::Month => "%Y-%m",
    };
    begin.strftime(form).to_string()
}
