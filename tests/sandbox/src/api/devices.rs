//! `GET /operator/devices/{device_id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};

use super::{Answer, auth};
use crate::envelope::{ApiError, success};
use crate::quota::Class;
use crate::state::Shared;

/// Details of one charger.
pub(crate) async fn details(
    State(shared): State<Arc<Shared>>,
    Path(device_id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    auth::admit(&shared, &headers, &uri, Class::Query)?;
    let fleet = shared.fleet();
    let index = fleet.find(&device_id).ok_or_else(|| ApiError::not_found("device"))?;
    Ok(success(fleet.device_view(index)))
}
