//! `GET /operator/commands/{command_id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};

use super::{Answer, auth};
use crate::envelope::{ApiError, success};
use crate::quirks::ControlId;
use crate::quota::Class;
use crate::state::Shared;

/// How far a command has come.
pub(crate) async fn status(
    State(shared): State<Arc<Shared>>,
    Path(command_id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    auth::admit(&shared, &headers, &uri, Class::Query)?;
    let quirks = shared.quirks();
    let pollable = quirks.control_id == ControlId::Pollable;
    let fleet = shared.fleet();
    let command = fleet
        .commands
        .find(&command_id)
        .filter(|command| command.target.is_some() || pollable)
        .ok_or_else(|| ApiError::not_found("command"))?;
    Ok(success(command.view(quirks.refusal)))
}
