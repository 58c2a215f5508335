//! `GET /device/commands`, a long poll, and `POST /device/command-status`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value, json};

use super::admit;
use crate::api::Answer;
use crate::api::fields::Fields;
use crate::api::params::Params;
use crate::clock::later;
use crate::envelope::{ApiError, success};
use crate::fleet::{Misfit, Progress};
use crate::quota::Class;
use crate::state::Shared;
use crate::unspecified::MOST_CONNECTORS;

/// How long a poll waits (s) when the charger does not say, and at most.
const USUAL_WAIT: u64 = 30;
const LONGEST_WAIT: u64 = 60;

/// The next command for a connector. Without one the answer waits, by the sandbox's clock, for one to come.
pub(super) async fn fetch(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri) -> Answer {
    let index = admit(&shared, &headers, &uri, Class::Device)?;
    let params = Params::of(&uri)?;
    params.required("connector_id")?;
    let bounded = |name, most| match params.positive(name)? {
        Some(number) if number > most => Err(ApiError::invalid(name, number)),
        number => Ok(number),
    };
    let number = bounded("connector_id", MOST_CONNECTORS.unsigned_abs())?.unwrap_or(1);
    let wait = bounded("wait", LONGEST_WAIT)?.unwrap_or(USUAL_WAIT);
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let connector = shared.fleet().connector_of(index, number);
    let deadline = later(shared.clock.now(), Duration::from_secs(wait));
    let command = shared
        .bell
        .wait(&shared.clock, deadline, || {
            shared.fleet().hand_over(index, Some(connector), 1).pop()
        })
        .await;
    Ok(success(command))
}

/// What has become of a command.
pub(super) async fn report(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri, body: Bytes) -> Answer {
    let index = admit(&shared, &headers, &uri, Class::Device)?;
    let fields = Fields::of(&body)?;
    let command_id = fields.required("command_id", fields.text("command_id")?)?;
    let progress = fields.word("status", |word| match word {
        "accepted" => Some(Progress::Accepted),
        "rejected" => Some(Progress::Rejected),
        "completed" => Some(Progress::Completed),
        "failed" => Some(Progress::Failed),
        _ => None,
    })?;
    let progress = fields.required("status", progress)?;
    fields.required("timestamp", fields.moment("timestamp")?)?;
    let message = fields.string("message")?;
    let details = fields.object("details")?.map(Fields::into_map);
    let result = result(progress, message, details);
    match shared.fleet().progress(index, &command_id, progress, result) {
        Ok(()) => Ok(success(Value::Null)),
        Err(Misfit::Unknown) => Err(ApiError::not_found("command")),
        Err(Misfit::Closed) => Err(ApiError::conflict("the command has ended otherwise")),
    }
}

/// What the operator gets to see as `result`: the details, and the message as the reason of a failure.
fn result(progress: Progress, message: Option<String>, details: Option<Map<String, Value>>) -> Option<Value> {
    let fails = match progress {
        Progress::Accepted => return details.map(Value::Object),
        Progress::Completed => false,
        Progress::Rejected | Progress::Failed => true,
    };
    let mut result = details.unwrap_or_default();
    if fails && !result.contains_key("reason") {
        let plain = if progress == Progress::Rejected {
            "rejected"
        } else {
            "failed"
        };
        result.insert("reason".to_owned(), json!(message.unwrap_or_else(|| plain.to_owned())));
    }
    Some(Value::Object(result))
}
