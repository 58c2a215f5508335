//! Every choice the contract leaves open that is made once and for all, in one place; those that can be switched are in
//! `quirks/table.rs`.
//!
//! Nothing here is promised by the platform. When it answers a question, the answer is changed here.
//!
//! Some silences need no constant. The first frame comes with the next cadence tick, not at once. A second
//! command for a connector with a session under way or queued is a conflict. A command finds a vehicle at the connector:
//! the one from the last session, or one that has just come. A started session outranks the schedule. A limit from a
//! flexibility call is a share of the site's capacity, and leaves discharging alone.

use jiff::Zoned;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::clients::Clients;
use crate::fleet::{ConnectorState, Granularity};
use crate::quirks::BucketLabels;

/// How old (s) the last heartbeat of a charger may be before it counts as offline. A heartbeat every 30 s and a healthy
/// charger's being younger than 60 s are documented, when the platform gives one up is not.
pub(crate) const HEARD_WITHIN_SECONDS: i64 = 60;

/// Index of the site at which chargers stand that register. Not specified: a registration names no site.
pub(crate) const HOME_OF_THE_REGISTERED: usize = 0;

/// Most connectors of a charger that is played from outside. Not specified.
pub(crate) const MOST_CONNECTORS: i64 = 64;

/// Validity (s) that is told for the secret of a charger. How a new one would be got is not specified, so it lasts
/// unless a quirk says otherwise.
pub(crate) const DEVICE_SECRET_LIFETIME: i64 = 86_400;

/// How long (s) a command waits for its charger before it expires, where the quirk `command_expiry` lets it. Pending
/// commands may carry an `expiry`; how far away it is, and what becomes of the command then, is not specified.
pub(crate) const COMMAND_LIFETIME_SECONDS: i64 = 300;

/// Length of the quota window (s). "Per minute" is specified, a sliding window is not.
pub(crate) const QUOTA_WINDOW_SECONDS: i64 = 60;

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

/// Status, code and text for a second stream over a device set that is already being streamed. Not specified.
pub(crate) const SECOND_STREAM: (u16, u32, &str) = (409, 4001, "these devices are already being streamed");

/// Most buckets in one energy series; more are refused as an `end_time` out of range. No limit is specified.
pub(crate) const MOST_BUCKETS: usize = 10_000;

/// The label of a bucket that begins at this time in its zone. "ISO format, granularity-dependent" is specified, neither
/// the exact form nor the time zone is; labels with an hour name their zone. (Also not specified, and decided where it is computed: power in a
/// bucket is that of charging alone, as its average over the part of the bucket that was asked for, and as the peak of
/// the sum of the sessions' mean powers.)
pub(crate) fn bucket_label(granularity: Granularity, labels: BucketLabels, begin: &Zoned) -> String {
    let form = match (granularity, labels) {
        (Granularity::Hour, _) | (_, BucketLabels::Timestamp) => "%Y-%m-%dT%H:%M:%S%:z",
        (Granularity::Day, BucketLabels::Short) => "%Y-%m-%d",
        (Granularity::Month, BucketLabels::Short) => "%Y-%m",
    };
    let label = begin.strftime(form).to_string();
    match begin.time_zone() == &TimeZone::UTC {
        true => label.replace("+00:00", "Z"),
        false => label,
    }
}

/// State of charge (%) below which no vehicle gives anything back. A floor is mentioned in the diagnostics pages, its
/// effect on a lower `min_soc` is not specified.
pub(crate) const LOWEST_SOC: u8 = 20;

/// What `result` holds after a command has failed. Not specified.
pub(crate) fn failure(reason: &str, fault_code: Option<&str>) -> Value {
    match fault_code {
        Some(code) => json!({ "reason": reason, "fault_code": code }),
        None => json!({ "reason": reason }),
    }
}

/// How many days a `once` schedule looks ahead for its day. Not specified; more than a week, so that each weekday
/// comes up.
pub(crate) const ONCE_SEARCH_DAYS: u32 = 9;

/// The text of an answer that has queued a command: as in the document's example. It is said that nobody should read it.
pub(crate) const COMMAND_SENT: &str = "Command sent";

/// Whether an id in `target_ids` names an operator. No call tells an operator its own id, and what it looks like is not
/// specified; here it is the `client_id` of any of the operator's credentials.
pub(crate) fn is_operator(clients: &Clients, id: &str) -> bool {
    clients.find(id).is_some()
}
