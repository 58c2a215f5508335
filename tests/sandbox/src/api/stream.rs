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
use crate::fleet::Fleet;
use crate::journal::JournalEvent;
use crate::quirks::{NoDevices, StreamHandshake, UnknownDevice};
use crate::quota::Class;
use crate::server::Wire;
use crate::state::Shared;
use crate::tokens::fingerprint;
use crate::unspecified::SECOND_STREAM;

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
    let quirks = shared.quirks();
    let client_id = match quirks.stream_handshake {
        StreamHandshake::Counted => auth::admit(&shared, &headers, &uri, Class::Query)?,
        StreamHandshake::Free => auth::caller(&shared, &headers, &uri, Class::Query)?,
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
        match quirks.no_devices {
            NoDevices::Refused => return Err(ApiError::missing("devices")),
            NoDevices::All => devices = shared.fleet().device_ids(),
        }
    }
    let indices = locate(&shared.fleet(), &devices, quirks.unknown_device)?;
    let handshake = Handshake::of(&headers, connection.map(|Extension(connection)| connection)).ok_or_else(|| {
        ApiError::new(400, 1001, "this endpoint speaks WebSocket").details(json!({ "field": "Upgrade", "value": null }))
    })?;

    let token = auth::presented(&headers, &uri).unwrap_or_default();
    let entered = shared
        .streams
        .enter(&client_id, &fingerprint(&token), devices, wire, quirks.second_stream);
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

/// The chargers with these ids, each once.
fn locate(fleet: &Fleet, ids: &[String], unknown: UnknownDevice) -> Result<Vec<usize>, ApiError> {
    let mut indices = Vec::with_capacity(ids.len());
    for id in ids {
        match (fleet.find(id), unknown) {
            (Some(index), _) => indices.push(index),
            (None, UnknownDevice::Ignored) => {}
            (None, UnknownDevice::Refused) => {
                return Err(ApiError::not_found("device").details(json!({ "field": "devices", "value": id })));
            }
        }
    }
    indices.dedup();
    Ok(indices)
}
