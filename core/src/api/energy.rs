//! Energy, summed over spans of time.

use jiff::Timestamp;

use crate::{
    client::Client,
    error::{Error, Result},
    model::{EnergySeries, Granularity},
    transport::Request,
};

/// Which sums are wanted.
#[derive(Debug, Clone)]
pub struct EnergyQuery {
    /// The width of the spans.
    pub granularity: Granularity,
    /// From this moment.
    pub start: Timestamp,
    /// To this moment. The longest span that the platform answers is not specified.
    pub end: Timestamp,
    /// Only these sites; all if empty.
    pub site_ids: Vec<String>,
}

impl Client {
    /// Energy into and out of vehicles over time (`GET /operator/aggregated/energy`).
    pub async fn energy(&self, query: &EnergyQuery) -> Result<EnergySeries> {
        if query.end <= query.start {
            return Err(Error::invalid(
                "end",
                format_args!("must be later than start ({}), not {}", query.start, query.end),
            ));
        }
        if let Some(id) = query
            .site_ids
            .iter()
            .find(|id| id.trim().is_empty() || id.contains(','))
        {
            return Err(Error::invalid("site_ids", format_args!("{id:?} is not a site id")));
        }
        let sites = (!query.site_ids.is_empty()).then(|| query.site_ids.join(","));
        let request = Request::get(["operator", "aggregated", "energy"])
            .query("granularity", query.granularity.as_str())
            .query("start_time", query.start)
            .query("end_time", query.end)
            .maybe_query("site_ids", sites);
        self.send(request).await
    }
}
