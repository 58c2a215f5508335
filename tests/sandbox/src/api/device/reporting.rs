//! What a charger reports of itself: heartbeats, telemetry, events, firmware.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use serde_json::{Value, json};

use super::{admit, connector_id};
use crate::api::Answer;
use crate::api::fields::Fields;
use crate::envelope::{ApiError, success};
use crate::fleet::{ConnectorState, Reading};
use crate::quota::Class;
use crate::state::Shared;

/// Largest code of a fault. Not specified.
const LARGEST_CODE: i64 = i32::MAX as i64;

/// Most commands in the answer to one heartbeat. Not specified.
const MOST_COMMANDS: usize = 100;

/// A sign of life. The answer brings the commands that wait.
pub(super) async fn heartbeat(shared: State<Arc<Shared>>, headers: HeaderMap, uri: Uri, body: Bytes) -> Answer {
    let index = admit(&shared, &headers, &uri, Class::Heartbeat)?;
    let fields = Fields::of(&body)?;
    fields.required("timestamp", fields.moment("timestamp")?)?;
    let status = fields.word("status", |word| match word {
        "online" => Some((true, false)),
        "fault" => Some((true, true)),
        "offline" => Some((false, false)),
        _ => None,
    })?;
    let (online, faulty) = fields.required("status", status)?;
    fields.required("fault_code", fields.whole("fault_code", 0, LARGEST_CODE)?)?;
    let mut fleet = shared.fleet();
    fleet.beat(index, shared.clock.now(), online, faulty);
    Ok(success(
        json!({ "commands": fleet.hand_over(index, None, MOST_COMMANDS) }),
    ))
}

/// Readings of one connector.
pub(super) async fn telemetry(shared: State<Arc<Shared>>, headers: HeaderMap, uri: Uri, body: Bytes) -> Answer {
    let index = admit(&shared, &headers, &uri, Class::Telemetry)?;
    let fields = Fields::of(&body)?;
    let at = fields.required("timestamp", fields.moment("timestamp")?)?;
    let connector_id = connector_id(&fields)?;
    let state = fields.word("state", |word| match word {
        "idle" => Some(ConnectorState::Idle),
        "charging" => Some(ConnectorState::Charging),
        "discharging" => Some(ConnectorState::Discharging),
        "fault" => Some(ConnectorState::Fault),
        _ => None,
    })?;
    let number = |name| fields.required(name, fields.number(name)?);
    let reading = Reading {
        at,
        state: fields.required("state", state)?,
        voltage: number("voltage")?,
        current: number("current")?,
        power: number("power")?,
        energy_delivered: number("energy_delivered")?,
        soc: fields.percent("soc")?,
        temperature: fields.number("temperature")?,
    };
    check_phases(&fields)?;
    shared.fleet().upload(index, connector_id, reading);
    Ok(success(Value::Null))
}

/// Phases are checked and go no further: nothing on the operator's side shows them.
fn check_phases(fields: &Fields) -> Result<(), ApiError> {
    let Some(phases) = fields.object("phase_details")? else {
        return Ok(());
    };
    for name in ["phase_a", "phase_b", "phase_c"] {
        if let Some(phase) = phases.object(name)? {
            phase.required("voltage", phase.number("voltage")?)?;
            phase.required("current", phase.number("current")?)?;
        }
    }
    Ok(())
}

/// Something has happened. Of all events only a fault shows on the operator's side.
pub(super) async fn event(shared: State<Arc<Shared>>, headers: HeaderMap, uri: Uri, body: Bytes) -> Answer {
    let index = admit(&shared, &headers, &uri, Class::Device)?;
    let fields = Fields::of(&body)?;
    fields.required("timestamp", fields.moment("timestamp")?)?;
    let is_fault = fields.word("event_type", |word| match word {
        "plug_in" | "plug_out" | "start" | "stop" | "alarm" => Some(false),
        "fault" => Some(true),
        _ => None,
    })?;
    let is_fault = fields.required("event_type", is_fault)?;
    let connector_id = connector_id(&fields)?;
    fields.required("data", fields.object("data")?)?;
    if is_fault {
        shared.fleet().report_fault(index, connector_id);
    }
    Ok(success(Value::Null))
}

/// How far an upgrade of the firmware has come.
pub(super) async fn firmware(shared: State<Arc<Shared>>, headers: HeaderMap, uri: Uri, body: Bytes) -> Answer {
    let index = admit(&shared, &headers, &uri, Class::Device)?;
    let fields = Fields::of(&body)?;
    let version = fields.required("firmware_version", fields.text("firmware_version")?)?;
    let done = fields.word("status", |word| match word {
        "downloading" | "upgrading" | "failed" => Some(false),
        "success" => Some(true),
        _ => None,
    })?;
    let done = fields.required("status", done)?;
    fields.percent("progress")?;
    fields.string("message")?;
    if done {
        shared.fleet().upgraded(index, version);
    }
    Ok(success(Value::Null))
}
