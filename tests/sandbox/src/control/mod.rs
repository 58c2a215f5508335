//! The sandbox's own controls under `/_sandbox`. They need no token and stand outside journal, quotas and faults.

mod quirks;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::faults::Fault;
use crate::quirks::dress::rewrite;
use crate::sent::SentFrame;
use crate::state::Shared;

/// Entries returned at a time when the caller does not say.
const ENTRIES: usize = 10_000;

/// Farthest the clock moves in one call (s): 31 days.
const FARTHEST: f64 = 31.0 * 86_400.0;

/// The controls.
pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_sandbox/health", get(health))
        .route("/_sandbox/fleet", get(fleet))
        .route("/_sandbox/clock", get(clock).post(move_clock))
        .route("/_sandbox/journal", get(journal).delete(clear_journal))
        .route(
            "/_sandbox/quirks",
            get(quirks::list)
                .put(quirks::replace)
                .patch(quirks::turn)
                .delete(quirks::reset),
        )
        .route("/_sandbox/frames", get(frames).delete(forget_frames))
        .route("/_sandbox/faults", get(faults).post(add_fault).delete(clear_faults))
}

/// An error in the controls' own shape, which is not the platform's envelope.
fn refusal(what: impl Into<String>) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": what.into() }))).into_response()
}

async fn health(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_seconds": (shared.clock.since_start() - shared.clock.added()).as_secs(),
        "open_streams": shared.streams.count(),
        "waiting_polls": shared.bell.waiting(),
        "devices": shared.fleet().chargers.len(),
    }))
}

async fn fleet(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let mut overview = shared.fleet().overview();
    rewrite(&shared.quirks(), &mut overview);
    Json(overview)
}

async fn clock(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({
        "now": rfc3339(shared.clock.now()),
        "fleet_now": rfc3339(shared.fleet().now()),
        "advanced_seconds": shared.clock.added().as_secs_f64(),
        "speed": shared.options.speed,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    advance_seconds: f64,
}

async fn move_clock(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    match serde_json::from_slice::<Move>(&body) {
        Ok(Move { advance_seconds }) if (0.0..=FARTHEST).contains(&advance_seconds) => {
            let by = Duration::from_secs_f64(advance_seconds);
            let moving = Arc::clone(&shared);
            // Long moves are work; they must not hold up the other connections.
            match tokio::task::spawn_blocking(move || moving.advance(by)).await {
                Ok(()) => clock(State(shared)).await.into_response(),
                Err(error) => refusal(error.to_string()),
            }
        }
        Ok(_) => refusal(format!("advance_seconds must lie between 0 and {FARTHEST}")),
        Err(error) => refusal(error.to_string()),
    }
}

#[derive(Deserialize)]
struct After {
    after: Option<u64>,
    limit: Option<usize>,
}

async fn journal(State(shared): State<Arc<Shared>>, Query(wanted): Query<After>) -> Json<Value> {
    let (entries, next) = shared
        .journal
        .after(wanted.after.unwrap_or(0), wanted.limit.unwrap_or(ENTRIES));
    Json(json!({ "entries": entries, "next": next }))
}

async fn clear_journal(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.journal.clear();
    StatusCode::NO_CONTENT
}

/// The frames that were sent, by stream: pairs of device and timestamp.
async fn frames(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let ids = shared.fleet().device_ids();
    let named = |frame: &SentFrame| json!([ids.get(frame.device as usize), rfc3339(frame.time())]);
    let streams = shared.sent.list().into_iter().map(|sent| {
        let frames: Vec<_> = sent.frames.iter().map(named).collect();
        json!({ "stream": sent.stream, "frames": frames })
    });
    Json(json!({ "streams": streams.collect::<Vec<_>>() }))
}

async fn forget_frames(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.sent.take();
    StatusCode::NO_CONTENT
}

async fn faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "pending": shared.faults.pending() }))
}

/// Answers with the number of the fault, or null when it has acted at once and is over.
async fn add_fault(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    match serde_json::from_slice::<Fault>(&body) {
        Ok(fault) => {
            let device = fault.kind.device();
            match device.filter(|device| shared.fleet().find(device).is_none()) {
                Some(unknown) => refusal(format!("there is no device {unknown}")),
                None => Json(json!({ "id": shared.inject(fault) })).into_response(),
            }
        }
        Err(error) => refusal(error.to_string()),
    }
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.faults.clear();
    StatusCode::NO_CONTENT
}
