//! Answers as the switches want them. What is said stays; how it is written changes.

use axum::body::{Body, to_bytes};
use axum::http::{StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::uuid::uuid;
use super::{
    AbsentSoc, DetailsState, DischargeSign, EmptyData, ErrorDetails, FailureData, FailureStatus, Ids, Message,
    PageFields, Quirks, RetryAfter, Soc, States, Timestamps, UnknownFields,
};
use crate::envelope::EnvelopeCode;
use crate::faults::mutate;

/// Fields whose value is somebody else's and goes through as it came.
const UNTOUCHED: [&str; 3] = ["params", "result", "details"];

/// Fields that hold an id.
const IDS: [&str; 5] = ["device_id", "site_id", "record_id", "command_id", "control_id"];

/// Fields that hold a time, beside those whose name ends in `_time` or `_at`.
const TIMES: [&str; 2] = ["timestamp", "last_heartbeat"];

/// An answer in the dress that is wanted. Whatever is no answer of the platform is left alone.
pub(crate) async fn dress(quirks: &Quirks, mut response: Response) -> Response {
    let Some(EnvelopeCode(code)) = response.extensions().get().copied() else {
        return response;
    };
    if *quirks == Quirks::default() {
        return response;
    }
    if matches!(quirks.retry_after, RetryAfter::Details | RetryAfter::Neither) {
        response.headers_mut().remove(header::RETRY_AFTER);
    }
    if code != 0 && quirks.failure_status == FailureStatus::Always200 {
        *response.status_mut() = StatusCode::OK;
    }
    let (mut head, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(head, Body::from(bytes));
    };
    if let Some(fields) = value.as_object_mut() {
        envelope(quirks, code, fields);
    }
    rewrite(quirks, &mut value);
    if quirks.unknown_fields == UnknownFields::Present {
        mutate::unknown_fields(&mut value);
    }
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(value.to_string()))
}

/// The outermost object. A bare token reply has no code, and no envelope.
fn envelope(quirks: &Quirks, code: u32, fields: &mut Map<String, Value>) {
    if !fields.contains_key("code") {
        return;
    }
    match quirks.message {
        Message::Usual => {}
        Message::Other => drop(fields.insert("message".to_owned(), "OK".into())),
        Message::Empty => drop(fields.insert("message".to_owned(), "".into())),
        Message::Null => drop(fields.insert("message".to_owned(), Value::Null)),
        Message::Missing => drop(fields.remove("message")),
    }
    if code == 0 {
        success(quirks, fields);
        return;
    }
    if matches!(quirks.retry_after, RetryAfter::Header | RetryAfter::Neither)
        && let Some(details) = fields.get_mut("details").and_then(Value::as_object_mut)
    {
        details.remove("retry_after_seconds");
    }
    if quirks.failure_data == FailureData::Null {
        fields.insert("data".to_owned(), Value::Null);
    }
    match quirks.error_details {
        ErrorDetails::Beside => {}
        ErrorDetails::Missing => drop(fields.remove("details")),
        ErrorDetails::InData => {
            if let Some(details) = fields.remove("details") {
                fields.insert("data".to_owned(), details);
            }
        }
    }
}

fn success(quirks: &Quirks, fields: &mut Map<String, Value>) {
    if quirks.empty_data == EmptyData::Omitted && fields.get("data").is_some_and(Value::is_null) {
        fields.remove("data");
    }
    let Some(data) = fields.get_mut("data").and_then(Value::as_object_mut) else {
        return;
    };
    if quirks.page_fields == PageFields::ItemsOnly && data.contains_key("items") {
        data.retain(|name, _| name == "items");
    }
    if let Some(connectors) = data.get_mut("connectors") {
        let name = match quirks.details_state {
            DetailsState::Status => "status",
            DetailsState::State => "state",
        };
        dress_connectors(quirks, connectors, ("status", name));
    }
}

/// The connectors of a device or of a frame. `names` are the one the state goes by, and the one it shall go by.
pub(super) fn dress_connectors(quirks: &Quirks, connectors: &mut Value, names: (&str, &str)) {
    let connectors = connectors.as_array_mut().into_iter().flatten();
    for connector in connectors.filter_map(Value::as_object_mut) {
        let has_vehicle = connector.contains_key("soc");
        match (has_vehicle, quirks.soc, quirks.absent_soc) {
            (true, Soc::Null, _) | (false, _, AbsentSoc::Null) => drop(connector.insert("soc".to_owned(), Value::Null)),
            (true, Soc::Missing, _) => drop(connector.remove("soc")),
            _ => {}
        }
        if let Some(state) = connector.remove(names.0) {
            connector.insert(names.1.to_owned(), state_word(quirks, state));
        }
    }
}

fn state_word(quirks: &Quirks, state: Value) -> Value {
    match (quirks.states, state.as_str()) {
        (States::Preparing, Some("idle")) => Value::from("preparing"),
        (States::Capitalized, Some(word)) => {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            Value::from(first.into_iter().chain(letters).collect::<String>())
        }
        _ => state,
    }
}

/// Rewrites ids, times and signs wherever they stand.
pub(crate) fn rewrite(quirks: &Quirks, value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(quirks, item)),
        Value::Object(fields) => {
            for (name, field) in fields
                .iter_mut()
                .filter(|(name, _)| !UNTOUCHED.contains(&name.as_str()))
            {
                match field {
                    Value::String(text) => rewrite_text(quirks, name, text),
                    Value::Number(_) => rewrite_number(quirks, name, field),
                    other => rewrite(quirks, other),
                }
            }
        }
        _ => {}
    }
}

fn rewrite_text(quirks: &Quirks, name: &str, text: &mut String) {
    if quirks.ids == Ids::Uuid && IDS.contains(&name) {
        *text = uuid(text);
    }
    if TIMES.contains(&name) || name.ends_with("_time") || name.ends_with("_at") {
        *text = write_time(quirks, text);
    }
}

fn write_time(quirks: &Quirks, text: &str) -> String {
    match (quirks.timestamps, text.parse::<Timestamp>()) {
        (Timestamps::Seconds, Ok(at)) => format!("{:.0}", Timestamp::from_second(at.as_second()).unwrap_or(at)),
        (Timestamps::Microseconds, Ok(at)) => format!("{at:.6}"),
        (Timestamps::Offset, Ok(at)) => format!("{at:.3}").replace('Z', "+00:00"),
        _ => text.to_owned(),
    }
}

fn rewrite_number(quirks: &Quirks, name: &str, field: &mut Value) {
    let unsigned = match quirks.discharge_sign {
        DischargeSign::Negative => false,
        DischargeSign::PowerOnly => matches!(name, "energy" | "energy_delivered"),
        DischargeSign::Positive => {
            matches!(
                name,
                "energy" | "energy_delivered" | "power" | "current" | "max_power" | "avg_power"
            )
        }
    };
    if let (true, Some(number)) = (unsigned, field.as_f64()) {
        *field = Value::from(number.abs());
    }
}
