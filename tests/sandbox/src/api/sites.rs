//! `GET /operator/sites`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};

use super::params::Params;
use super::{Answer, auth};
use crate::envelope::{ApiError, success};
use crate::fleet::Site;
use crate::quota::Class;
use crate::state::Shared;

/// A page of sites.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri) -> Answer {
    auth::admit(&shared, &headers, &uri, Class::Query)?;
    let params = Params::of(&uri)?;
    let page = params.page(shared.quirks().large_page)?;
    let status = params.text("status");
    if let Some(other) = status.filter(|status| !matches!(*status, "active" | "inactive")) {
        return Err(ApiError::invalid("status", other));
    }
    let fleet = shared.fleet();
    let matching: Vec<&Site> = fleet
        .sites
        .iter()
        .filter(|site| status.is_none_or(|status| fleet.site_status(site) == status))
        .collect();
    Ok(success(page.of(&matching, |site| fleet.site_view(site))))
}
