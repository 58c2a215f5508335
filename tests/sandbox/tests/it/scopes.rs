use std::time::Duration;

use serde_json::json;
use tellus_sandbox::quirk::QuotaWindow;
use tellus_sandbox::{Options, Quirks, Sandbox, Scope};

use crate::support::{Api, open, quick, sandbox};

#[tokio::test]
async fn reading_takes_the_read_scope() {
    let sandbox = sandbox();
    let device = &sandbox.device_ids()[0];
    let paths = [
        "/operator/sites".to_owned(),
        format!("/operator/devices/{device}"),
        "/operator/charging-records".to_owned(),
    ];
    let (reader, nobody) = (
        Api::with(&sandbox, Scope::Read).await,
        Api::with(&sandbox, Scope::None).await,
    );
    for path in &paths {
        assert_eq!(reader.outcome(path).await, (200, 0), "{path}");
        let (status, body) = nobody.fetch(path).await;
        assert_eq!((status, &body["code"]), (403, &json!(2003)), "{path}");
        assert_eq!(body["details"], json!({ "scope": "read" }));
    }
    let query = format!("devices={device}");
    assert!(open(&sandbox, Some(&reader.token), &query).await.is_ok());
    let (status, body) = open(&sandbox, Some(&nobody.token), &query).await.err().unwrap();
    assert_eq!((status, &body["code"]), (403, &json!(2003)));
}

#[tokio::test]
async fn each_client_id_has_its_own_quota() {
    let sandbox = Sandbox::start(Options {
        query_per_minute: 1,
        ..quick()
    })
    .unwrap();
    let (main, reader) = (Api::new(&sandbox).await, Api::with(&sandbox, Scope::Read).await);
    assert_eq!(main.outcome("/operator/sites").await, (200, 0));
    assert_eq!(main.outcome("/operator/sites").await, (429, 5001));
    assert_eq!(reader.outcome("/operator/sites").await, (200, 0));
    // What a scope forbids does not use up the quota.
    let nobody = Api::with(&sandbox, Scope::None).await;
    for _ in 0..3 {
        assert_eq!(nobody.outcome("/operator/sites").await, (403, 2003));
    }
}

#[tokio::test]
async fn fixed_windows_let_twice_the_quota_through_around_the_minute() {
    let sandbox = Sandbox::start(Options {
        query_per_minute: 2,
        quirks: Quirks {
            quota_window: QuotaWindow::Fixed,
            ..Quirks::default()
        },
        start_at: Some("2026-03-01T08:00:50Z".parse().unwrap()),
        ..quick()
    })
    .unwrap();
    let api = Api::new(&sandbox).await;
    for _ in 0..2 {
        assert_eq!(api.outcome("/operator/sites").await, (200, 0));
    }
    let (status, body) = api.fetch("/operator/sites").await;
    assert_eq!(status, 429);
    let wait = body["details"]["retry_after_seconds"].as_u64().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    sandbox.advance(Duration::from_secs(wait));
    for _ in 0..2 {
        assert_eq!(api.outcome("/operator/sites").await, (200, 0));
    }
    assert_eq!(api.outcome("/operator/sites").await, (429, 5001));
}
