//! Commands for a single connector: start, stop, discharge, schedule.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::fields::Fields;
use super::params::whole;
use super::{Answer, auth, schedule};
use crate::envelope::{ApiError, answered, bare};
use crate::faults::command_fate;
use crate::fleet::{Action, Fleet};
use crate::front::StruckInside;
use crate::quirks::ScheduleAnswer;
use crate::quota::Class;
use crate::state::Shared;
use crate::unspecified::COMMAND_SENT;

/// Where a command goes, as the path says.
type Place = Path<(String, String)>;

/// What a body asks for.
type Reading = fn(&Fields) -> Result<Action, ApiError>;

/// Starts charging.
pub(crate) async fn start(
    shared: State<Arc<Shared>>,
    place: Place,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Answer {
    command(&shared, place, &headers, &uri, &body, |fields| {
        fields.string("transaction_id")?;
        Ok(Action::Start {
            limit_w: fields.power("charge_power")?,
            duration: fields.duration("duration")?,
            target_soc: fields.percent("target_soc")?,
        })
    })
    .map(queued)
}

/// Stops what is going on.
pub(crate) async fn stop(
    shared: State<Arc<Shared>>,
    place: Place,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Answer {
    command(&shared, place, &headers, &uri, &body, |fields| {
        fields.string("reason")?;
        Ok(Action::Stop)
    })
    .map(queued)
}

/// Starts feeding the grid.
pub(crate) async fn discharge(
    shared: State<Arc<Shared>>,
    place: Place,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Answer {
    command(&shared, place, &headers, &uri, &body, |fields| {
        Ok(Action::Discharge {
            power_w: fields.required("discharge_power", fields.power("discharge_power")?)?,
            duration: fields.duration("duration")?,
            min_soc: fields.percent("min_soc")?,
        })
    })
    .map(queued)
}

/// Stores a schedule.
pub(crate) async fn schedule(
    shared: State<Arc<Shared>>,
    place: Place,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Answer {
    let reading: Reading = |fields| Ok(Action::Schedule(Box::new(schedule::read(fields)?)));
    command(&shared, place, &headers, &uri, &body, reading).map(|issued| match shared.quirks().schedule_answer {
        ScheduleAnswer::CommandId => queued(issued),
        ScheduleAnswer::Null => marked(answered("success", Value::Null), issued.1),
        ScheduleAnswer::Omitted => marked(bare("success"), issued.1),
    })
}

/// A command that has been taken in: its id, and the fault that waits for it.
type Issued = (String, Option<StruckInside>);

fn queued((id, struck): Issued) -> Response {
    let answer = answered(COMMAND_SENT, json!({ "command_id": id, "status": "queued" }));
    marked(answer, struck)
}

/// Tells the journal which fault struck.
pub(super) fn marked(mut answer: Response, struck: Option<StruckInside>) -> Response {
    if let Some(struck) = struck {
        answer.extensions_mut().insert(struck);
    }
    answer
}

/// Checks a command from the outside in (who, where, what, whether it fits) and takes it in. Returns what to answer with.
fn command(
    shared: &Shared,
    Path((device, connector)): Place,
    headers: &HeaderMap,
    uri: &Uri,
    body: &[u8],
    reading: Reading,
) -> Result<Issued, ApiError> {
    auth::admit(shared, headers, uri, Class::Control)?;
    // A number no connector can have is no connector's.
    let number = match whole(&connector) {
        Some(number) if number >= 1 => u32::try_from(number).unwrap_or(u32::MAX),
        _ => return Err(ApiError::invalid("connector_id", connector)),
    };
    let target = locate(&shared.fleet(), &device, number)?;
    let fields = Fields::of(body)?;
    let action = reading(&fields)?;
    let mut fleet = shared.fleet();
    if let Some(objection) = fleet.objection(target, &action) {
        return Err(ApiError::conflict(objection));
    }
    let (fate, struck) = command_fate(&shared.faults, uri.path(), &device);
    let id = fleet.issue(Some(target), action, fields.into_map(), fate);
    drop(fleet);
    shared.bell.ring();
    Ok((id, struck))
}

/// Indices of the charger and of its connector.
fn locate(fleet: &Fleet, device: &str, connector: u32) -> Result<(usize, usize), ApiError> {
    let charger = fleet.find(device).ok_or_else(|| ApiError::not_found("device"))?;
    let position = fleet.chargers[charger].position(connector);
    Ok((charger, position.ok_or_else(|| ApiError::not_found("connector"))?))
}
