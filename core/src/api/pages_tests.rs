use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use proptest::prelude::*;
use serde_json::json;

use crate::{
    Client, Config, Credentials,
    clock::BoxFuture,
    net::http::{HttpClient, HttpFailure, HttpReply, HttpRequest},
    runtime::block_on,
};

/// A platform whose list of sites grows with every page that is read.
#[derive(Debug)]
struct Growing {
    sites: Mutex<Vec<u32>>,
    by_page: Vec<u32>,
    in_front: bool,
    with_total: bool,
    clamps: bool,
    calls: Mutex<usize>,
}

impl HttpClient for Growing {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpReply, HttpFailure>> {
        let query: HashMap<_, _> = request.url.query_pairs().into_owned().collect();
        let (mut page, size): (usize, usize) = (query["page"].parse().unwrap(), query["size"].parse().unwrap());
        let mut sites = self.sites.lock().unwrap();
        if self.clamps {
            page = page.min(sites.len().div_ceil(size).max(1));
        }
        let items: Vec<_> = sites.iter().skip((page - 1) * size).take(size).collect();
        let items: Vec<_> = items
            .iter()
            .map(|id| json!({"site_id": id.to_string(), "name": "x"}))
            .collect();
        let mut data = json!({ "items": items, "page": page, "size": size });
        if self.with_total {
            data["total"] = sites.len().into();
        }
        let mut calls = self.calls.lock().unwrap();
        for _ in 0..self.by_page.get(*calls).copied().unwrap_or(0) {
            let new = u32::try_from(sites.len()).unwrap();
            let at = if self.in_front { 0 } else { sites.len() };
            sites.insert(at, new);
        }
        *calls += 1;
        let body = json!({ "code": 0, "data": data }).to_string().into();
        Box::pin(std::future::ready(Ok(HttpReply {
            status: 200,
            headers: Default::default(),
            body,
        })))
    }
}

proptest! {
    #[test]
    fn a_list_that_grows_while_it_is_read_is_delivered_whole_and_once(
        at_first in 0u32..60,
        size in 1u32..20,
        by_page in prop::collection::vec(0u32..4, 0..10),
        in_front: bool,
        with_total: bool,
        clamps: bool,
    ) {
        let grown: u32 = by_page.iter().sum();
        let platform = Arc::new(Growing {
            sites: Mutex::new((0..at_first).collect()),
            by_page, in_front, with_total, clamps,
            calls: Mutex::new(0),
        });
        let mut config = Config::new("https://platform.invalid");
        config.quota.query_per_minute = 1000;
        let client = Client::with_http(config, Credentials::token("t"), platform.clone()).unwrap();
        let sites = block_on(client.sites(None).page_size(size).unwrap().collect()).unwrap();
        let mut ids: Vec<u32> = sites.iter().map(|site| site.site_id.parse().unwrap()).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "delivered twice");
        prop_assert!((0..at_first).all(|id| ids.binary_search(&id).is_ok()), "{:?}", ids);
        let most = (at_first + grown) / size + 3;
        prop_assert!(*platform.calls.lock().unwrap() as u32 <= most, "{} calls", platform.calls.lock().unwrap());
    }
}
