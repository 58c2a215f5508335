//! `POST /operator/control/flexibility`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use serde_json::{Map, json};

use super::fields::Fields;
use super::{Answer, auth, connector};
use crate::envelope::{ApiError, success};
use crate::faults::command_fate;
use crate::fleet::{Action, Fleet};
use crate::quota::Class;
use crate::state::Shared;
use crate::unspecified::is_operator;

/// Whom a limit concerns.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    Site,
    Operator,
    All,
}

/// Limits or pauses charging at a group of sites.
pub(crate) async fn control(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri, body: Bytes) -> Answer {
    auth::admit(&shared, &headers, &uri, Class::Control)?;
    let fields = Fields::of(&body)?;
    let target = fields.word("target_type", |name| match name {
        "site" => Some(Target::Site),
        "operator" => Some(Target::Operator),
        "all" => Some(Target::All),
        _ => None,
    })?;
    let target = fields.required("target_type", target)?;
    let ids = fields.texts("target_ids")?.unwrap_or_default();
    if target != Target::All && ids.is_empty() {
        return Err(ApiError::missing("target_ids"));
    }
    let pauses = fields.word("command", |name| match name {
        "set_power_limit" => Some(false),
        "pause_charging" => Some(true),
        _ => None,
    })?;
    let pauses = fields.required("command", pauses)?;
    let params = fields.required("params", fields.object("params")?)?;
    params.string("reason")?;
    let percent = match pauses {
        true => 0,
        false => params.required("power_limit_percent", params.percent("power_limit_percent")?)?,
    };
    let duration = params.required("duration", params.duration("duration")?)?;

    let mut fleet = shared.fleet();
    let sites = match target {
        Target::Site => sites(&fleet, &ids)?,
        Target::Operator => {
            if let Some(unknown) = ids.iter().find(|id| !is_operator(&shared.clients, id)) {
                return Err(absent(unknown));
            }
            (0..fleet.sites.len()).collect()
        }
        Target::All => (0..fleet.sites.len()).collect(),
    };
    let (fate, struck) = command_fate(&shared.faults, uri.path(), "");
    let action = Action::Limit {
        sites,
        percent,
        duration,
    };
    let id = fleet.issue(None, action, Map::new(), fate);
    let answer = success(json!({ "control_id": id, "status": "executing" }));
    Ok(connector::marked(answer, struck))
}

fn sites(fleet: &Fleet, ids: &[String]) -> Result<Vec<usize>, ApiError> {
    ids.iter()
        .map(|id| fleet.find_site(id).ok_or_else(|| absent(id)))
        .collect()
}

fn absent(id: &str) -> ApiError {
    ApiError::not_found("target").details(json!({ "field": "target_ids", "value": id }))
}
