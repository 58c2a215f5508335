//! The platform's API under `/v1`.

pub(crate) mod auth;
mod commands;
mod connector;
mod device;
mod devices;
mod energy;
mod fields;
mod flexibility;
mod params;
mod pump;
mod records;
mod schedule;
mod sites;
mod stream;
mod token;
mod upgrade;

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use crate::envelope::ApiError;
use crate::state::Shared;

/// What handlers return.
pub(crate) type Answer = Result<axum::response::Response, ApiError>;

/// Both sides. Whatever is not listed is not found, in the envelope.
pub(crate) fn router() -> Router<Arc<Shared>> {
    device::router()
        .route("/v1/operator/oauth/token", post(token::issue))
        .route("/v1/operator/sites", get(sites::list))
        .route("/v1/operator/devices/{device_id}", get(devices::details))
        .route("/v1/operator/charging-records", get(records::list))
        .route("/v1/operator/aggregated/energy", get(energy::aggregated))
        .route("/v1/operator/control/flexibility", post(flexibility::control))
        .route("/v1/operator/commands/{command_id}", get(commands::status))
        .route(
            "/v1/operator/devices/{device_id}/connectors/{connector_id}/start",
            post(connector::start),
        )
        .route(
            "/v1/operator/devices/{device_id}/connectors/{connector_id}/stop",
            post(connector::stop),
        )
        .route(
            "/v1/operator/devices/{device_id}/connectors/{connector_id}/discharge",
            post(connector::discharge),
        )
        .route(
            "/v1/operator/devices/{device_id}/connectors/{connector_id}/schedule",
            post(connector::schedule),
        )
        .route("/v1/operator/stream", get(stream::open))
        .fallback(nothing_here)
        .method_not_allowed_fallback(nothing_here)
}

async fn nothing_here() -> axum::response::Response {
    ApiError::not_found("endpoint").into_response()
}
