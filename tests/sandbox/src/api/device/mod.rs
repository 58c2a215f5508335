//! The charger side under `/v1/device`: an outside client plays a charger, and the operator sees what it says.

mod commands;
mod provisioning;
mod record;
mod reporting;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};

use super::auth;
use super::fields::Fields;
use crate::envelope::ApiError;
use crate::quota::Class;
use crate::state::Shared;
use crate::tokens::Holder;
use crate::unspecified::MOST_CONNECTORS;

/// The charger side.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/device/register", post(provisioning::register))
        .route("/v1/device/token", post(provisioning::token))
        .route("/v1/device/heartbeat", post(reporting::heartbeat))
        .route("/v1/device/telemetry", post(reporting::telemetry))
        .route("/v1/device/events", post(reporting::event))
        .route("/v1/device/charging-records", post(record::upload))
        .route("/v1/device/commands", get(commands::fetch))
        .route("/v1/device/command-status", post(commands::report))
        .route("/v1/device/firmware/status", post(reporting::firmware))
}

/// The charger behind a request, after a call was taken out of the quota of its class; or the error its token deserves.
/// Its first call makes it one that is played from outside.
fn admit(shared: &Shared, headers: &HeaderMap, uri: &Uri, class: Class) -> Result<usize, ApiError> {
    let Holder::Device(device_id) = auth::identify(shared, headers, uri)? else {
        // An operator's token.
        return Err(ApiError::denied("device"));
    };
    shared.take(&device_id, class)?;
    let mut fleet = shared.fleet();
    let index = fleet.find(&device_id).ok_or_else(|| ApiError::not_found("device"))?;
    fleet.play(index, shared.clock.now());
    Ok(index)
}

/// The number of a connector in a body.
fn connector_id(fields: &Fields) -> Result<u32, ApiError> {
    let number = fields.required("connector_id", fields.whole("connector_id", 1, MOST_CONNECTORS)?)?;
    u32::try_from(number).map_err(|_| fields.invalid("connector_id"))
}
