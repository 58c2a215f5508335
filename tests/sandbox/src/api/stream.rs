//! `GET /operator/stream`: the handshake of the telemetry stream.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use hyper::upgrade::OnUpgrade;
use serde_json::json;

use super::params::Params;
use super::pump::{Occupied, pump};
use super::upgrade::Handshake;
use super::{Answer, auth};
use crate::envelope::ApiError;
use crate::journal::JournalEvent;
use crate::quota::Class;
use crate::server::Wire;
use crate::state::Shared;
use crate::tokens::fingerprint;
use crate::unspecified::{SECOND_STREAM, STREAM_UPGRADE_COUNTS_AS_QUERY};

/// Largest message a client may send (bytes); it has no reason to send any.
const LARGEST_MESSAGE: usize = 64 * 1024;

/// Checks the handshake and, if all is well, starts the stream.
pub(crate) async fn open(
    State(shared): State<Arc<Shared>>,
    Extension(wire): Extension<Wire>,
    headers: HeaderMap,
    uri: Uri,
    connection: Option<Extension<OnUpgrade>>,
) -> Answer {
    let client_id = if STREAM_UPGRADE_COUNTS_AS_QUERY {
        auth::admit(&shared, &headers, &uri, Class::Query)?
    } else {
        auth::caller(&shared, &headers, &uri, Class::Query)?
    };
    let params = Params::of(&uri)?;
    let mut devices: Vec<String> = params
        .text("devices")
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect();
    devices.sort_unstable();
    devices.dedup();
    if devices.is_empty() {
        return Err(ApiError::missing("devices"));
    }
    let found: Result<Vec<usize>, &String> = {
        let fleet = shared.fleet();
        devices.iter().map(|id| fleet.find(id).ok_or(id)).collect()
    };
    let indices =
        found.map_err(|id| ApiError::not_found("device").details(json!({ "field": "devices", "value": id })))?;
    let handshake = Handshake::of(&headers, connection.map(|Extension(connection)| connection)).ok_or_else(|| {
        ApiError::new(400, 1001, "this endpoint speaks WebSocket").details(json!({ "field": "Upgrade", "value": null }))
    })?;

    let token = auth::presented(&headers, &uri).unwrap_or_default();
    let exclusive = !shared.options.allow_duplicate_streams;
    let entered = shared
        .streams
        .enter(&client_id, &fingerprint(&token), devices, wire, exclusive);
    let (status, code, message) = SECOND_STREAM;
    let stream = entered.ok_or_else(|| ApiError::new(status, code, message))?;
    let event = JournalEvent::StreamOpen {
        stream: stream.id,
        connection: stream.wire.number(),
        client_id: stream.client_id.clone(),
        token: stream.token.clone(),
        devices: stream.devices.clone(),
    };
    shared.journal.write(shared.clock.now(), event);
    // Followed from here on, so that no tick is lost while the upgrade takes its course.
    let ticks = shared.ticks.follow();
    let occupied = Occupied::new(shared, stream, token);
    Ok(handshake.accept(LARGEST_MESSAGE, move |socket| pump(socket, occupied, indices, ticks)))
}
