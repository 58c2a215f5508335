//! `GET /operator/aggregated/energy`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::params::Params;
use super::{Answer, auth};
use crate::clock::rfc3339;
use crate::envelope::{ApiError, success};
use crate::fleet::{Fleet, Granularity, Grid, Point};
use crate::quirks::{BucketZone, EmptyBuckets, EnergyGroups};
use crate::quota::Class;
use crate::state::Shared;
use crate::unspecified::MOST_BUCKETS;

/// Energy over time.
pub(crate) async fn aggregated(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri) -> Answer {
    auth::admit(&shared, &headers, &uri, Class::Query)?;
    let params = Params::of(&uri)?;
    let name = params.required("granularity")?;
    let granularity = Granularity::named(name).ok_or_else(|| ApiError::invalid("granularity", name))?;
    let from = moment(&params, "start_time")?;
    let until = moment(&params, "end_time")?;
    let by_site = match params.text("group_by") {
        None | Some("operator") => false,
        Some("site") => true,
        Some(other) => return Err(ApiError::invalid("group_by", other)),
    };

    let quirks = shared.quirks();
    let fleet = shared.fleet();
    let sites = sites(&fleet, params.text("site_ids"))?;
    let zone = match (quirks.bucket_zone, sites.first()) {
        (BucketZone::Local, Some(site)) => fleet.sites[*site].zone(),
        _ => TimeZone::UTC,
    };
    let grid = (from < until)
        .then(|| Grid::lay(granularity, &zone, (from, until), MOST_BUCKETS))
        .flatten()
        .ok_or_else(|| ApiError::invalid("end_time", params.text("end_time")))?;
    let (mut series, total) = fleet.energy(grid.clone(), &sites, None);
    if by_site && quirks.energy_groups == EnergyGroups::BySite {
        let of_site = |site: &usize| fleet.energy(grid.clone(), &[*site], Some(&fleet.sites[*site].id)).0;
        let each: Vec<Vec<Point>> = sites.iter().map(of_site).collect();
        // By time first, as without groups: all sites have the same buckets.
        let buckets = 0..series.len();
        series = buckets
            .flat_map(|bucket| each.iter().filter_map(move |site| site.get(bucket).cloned()))
            .collect();
    }
    drop(fleet);
    if quirks.empty_buckets == EmptyBuckets::Omitted {
        series.retain(|point| point.charge_energy > 0.0 || point.discharge_energy > 0.0);
    }
    Ok(success(json!({
        "granularity": name,
        "start_time": rfc3339(from),
        "end_time": rfc3339(until),
        "series": series,
        "total": total,
    })))
}

fn moment(params: &Params, name: &str) -> Result<Timestamp, ApiError> {
    params.required(name)?;
    params.moment(name)?.ok_or_else(|| ApiError::missing(name))
}

/// The sites that are asked for; all of them when none is named.
fn sites(fleet: &Fleet, ids: Option<&str>) -> Result<Vec<usize>, ApiError> {
    let ids: Vec<&str> = ids
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .collect();
    if ids.is_empty() {
        return Ok((0..fleet.sites.len()).collect());
    }
    let find = |id: &&str| {
        fleet
            .find_site(id)
            .ok_or_else(|| ApiError::not_found("site").details(json!({ "field": "site_ids", "value": id })))
    };
    let mut found: Vec<usize> = ids.iter().map(find).collect::<Result<_, _>>()?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
