//! Sites.

use super::pages::Pages;
use crate::{
    client::Client,
    model::{Site, SiteStatus},
    transport::Request,
};

impl Client {
    /// The sites of this operator, page by page (`GET /operator/sites`), all or only those with this status.
    pub fn sites(&self, status: Option<SiteStatus>) -> Pages<Site> {
        let request = Request::get(["operator", "sites"]).maybe_query("status", status.map(SiteStatus::as_str));
        Pages::new(self.clone(), request, |site: &Site| &site.site_id)
    }
}
