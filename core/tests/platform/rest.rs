//! The calls: what they return, and what they cost.

use tellus_core::{DeviceSource, QuotaClass, Request, model::SiteStatus};

use tellus_sandbox::FaultKind;

use crate::common::{block_on, client, config, credentials, requests, sandbox};

#[test]
fn sites_come_page_by_page_and_only_when_asked_for() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    block_on(async {
        let all = client.sites(None).collect().await.unwrap();
        assert_eq!(all.len(), 3);
        assert!(
            all.iter()
                .all(|site| site.power_capacity.unwrap() > 0.0 && site.location.is_some())
        );
        let before = requests(&sandbox, "/v1/operator/sites").len();
        assert_eq!(before, 1);
        let mut pages = client.sites(None).page_size(2).unwrap();
        let first = pages.next_page().await.unwrap().unwrap();
        assert_eq!((first.items.len(), first.total), (2, Some(3)));
        assert_eq!(requests(&sandbox, "/v1/operator/sites").len(), before + 1);
        assert_eq!(pages.next_page().await.unwrap().unwrap().items, all[2..]);
        assert!(pages.next_page().await.unwrap().is_none());
        assert!(
            !client
                .sites(Some(SiteStatus::Active))
                .collect()
                .await
                .unwrap()
                .is_empty()
        );
    });
    let query = requests(&sandbox, "/v1/operator/sites").pop().unwrap().query.unwrap();
    assert!(query.contains("status=active"), "{query}");
}

#[test]
fn a_device_tells_the_live_state_of_its_connectors() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    block_on(async {
        let mut powers = Vec::new();
        for id in sandbox.device_ids() {
            let device = client.device(&id).await.unwrap();
            assert_eq!(device.device_id, id);
            powers.extend(device.connectors.iter().filter_map(|connector| connector.power));
        }
        assert!(powers.iter().any(|power| *power > 0.0), "somebody charges");
        assert!(powers.iter().any(|power| *power < 0.0), "somebody discharges");
    });
}

#[test]
fn devices_are_known_from_the_settings_and_from_records() {
    let sandbox = sandbox();
    let mut config = config(&sandbox);
    config.devices = vec!["dvc_mine".into()];
    let client = tellus_core::Client::new(config, credentials(&sandbox)).unwrap();
    let known = block_on(client.known_devices()).unwrap();
    let mine = known.iter().find(|device| device.device_id == "dvc_mine").unwrap();
    assert_eq!(mine.source, DeviceSource::Configured);
    let fleet = sandbox.device_ids();
    assert!(known.iter().any(|device| fleet.contains(&device.device_id)));
}

#[test]
fn any_endpoint_can_be_called_raw() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let request = Request::new("GET", "/operator/sites").unwrap().query("size", 1);
    let data = block_on(client.request(request)).unwrap();
    assert_eq!(data["items"].as_array().unwrap().len(), 1);
}

#[test]
fn the_quota_is_counted_and_beyond_it_nothing_is_sent() {
    let sandbox = sandbox();
    let mut config = config(&sandbox);
    config.quota.query_per_minute = 3;
    config.quota.max_wait = std::time::Duration::ZERO;
    let client = tellus_core::Client::new(config, credentials(&sandbox)).unwrap();
    block_on(async {
        let id = &sandbox.device_ids()[0];
        for left in [3, 2, 1] {
            assert_eq!(client.quota_left(QuotaClass::Query), left);
            client.device(id).await.unwrap();
        }
        let error = client.device(id).await.unwrap_err();
        assert_eq!(error.kind(), tellus_core::ErrorKind::RateLimited);
        assert!(error.retry_after().unwrap().as_secs() >= 50, "{error}");
        assert_eq!(error.attempts(), 0);
    });
    assert_eq!(requests(&sandbox, "/v1/operator/devices").len(), 3);
}

#[test]
fn a_client_counts_what_it_does() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let broken = FaultKind::Html { status: 502 };
    sandbox.inject(broken.times(1).on("/operator/sites"));
    let busy = FaultKind::Error {
        status: 429,
        code: 5001,
        message: None,
        details: None,
        retry_after_seconds: Some(0),
    };
    sandbox.inject(busy.times(1).on("/operator/devices"));
    block_on(client.sites(None).collect()).unwrap();
    block_on(client.device("dvc_nowhere")).unwrap_err();
    let stats = client.stats();
    assert_eq!((stats.requests, stats.retries, stats.failures), (4, 2, 1));
    assert_eq!((stats.token_refreshes, stats.rate_limited), (1, 1));
}
