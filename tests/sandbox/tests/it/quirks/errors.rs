use reqwest::Response;
use serde_json::{Value, json};
use tellus_sandbox::{FaultKind, Options, Sandbox};

use super::{connector, scene, turn};
use crate::charger::{Charger, telemetry};
use crate::support::{Api, json as json_of, obedient};

/// A call that is refused, with details.
async fn refused(api: &Api) -> (u16, Value) {
    api.fetch("/operator/sites?page=0").await
}

#[tokio::test]
async fn messages_of_every_kind() {
    let (sandbox, api) = scene().await;
    for (switch, success, failure) in [
        (("message", "other"), Some(json!("OK")), Some(json!("OK"))),
        (("message", "empty"), Some(json!("")), Some(json!(""))),
        (("message", "null"), Some(Value::Null), Some(Value::Null)),
        (("message", "missing"), None, None),
    ] {
        turn(&sandbox, &[switch]).await;
        assert_eq!(api.fetch("/operator/sites").await.1.get("message").cloned(), success);
        assert_eq!(refused(&api).await.1.get("message").cloned(), failure);
    }
}

#[tokio::test]
async fn failures_with_data_and_details_here_and_there() {
    let (sandbox, api) = scene().await;
    let details = json!({ "field": "page", "value": 0 });
    let plain = refused(&api).await.1;
    assert_eq!((plain.get("data"), &plain["details"]), (None, &details));
    turn(&sandbox, &[("failure_data", "null")]).await;
    let told = refused(&api).await.1;
    assert_eq!((told.get("data"), &told["details"]), (Some(&Value::Null), &details));
    turn(&sandbox, &[("error_details", "in_data")]).await;
    let told = refused(&api).await.1;
    assert_eq!((&told["data"], told.get("details")), (&details, None));
    turn(&sandbox, &[("error_details", "missing")]).await;
    let told = refused(&api).await.1;
    assert_eq!((told.get("data"), told.get("details")), (None, None));
    turn(&sandbox, &[("failure_status", "always_200")]).await;
    let (status, told) = refused(&api).await;
    assert_eq!((status, &told["code"]), (200, &json!(1001)));
}

#[tokio::test]
async fn success_without_data_may_lack_the_field() {
    let (sandbox, _) = scene().await;
    let charger = Charger::new(&sandbox, "SN1").await;
    let upload = async || charger.post("telemetry", &telemetry(1, "idle", 0.0)).await.1;
    assert_eq!(upload().await.get("data"), Some(&Value::Null));
    turn(&sandbox, &[("empty_data", "omitted")]).await;
    assert_eq!(upload().await, json!({ "code": 0, "message": "success" }));
}

#[tokio::test]
async fn the_wait_is_told_here_or_there() {
    let sandbox = Sandbox::start(Options {
        query_per_minute: 1,
        ..obedient()
    })
    .unwrap();
    let api = Api::new(&sandbox).await;
    api.get("/operator/sites").await;
    let waits = async |answer: Response| {
        let header = answer.headers().contains_key("retry-after");
        (header, json_of(answer).await["details"]["retry_after_seconds"].is_u64())
    };
    assert_eq!(waits(api.get("/operator/sites").await).await, (true, true));
    for (switch, expected) in [
        (("retry_after", "details"), (false, true)),
        (("retry_after", "header"), (true, false)),
        (("retry_after", "neither"), (false, false)),
    ] {
        turn(&sandbox, &[switch]).await;
        assert_eq!(waits(api.get("/operator/sites").await).await, expected, "{switch:?}");
    }
}

#[tokio::test]
async fn a_fault_wears_the_same_dress() {
    let (sandbox, api) = scene().await;
    turn(&sandbox, &[("failure_data", "null"), ("message", "missing")]).await;
    sandbox.inject(FaultKind::Error {
        status: 500,
        code: 9001,
        message: None,
        details: None,
        retry_after_seconds: None,
    });
    let (status, body) = api.command(&connector(&sandbox, 1, "stop"), &json!({})).await;
    assert_eq!((status, body), (500, json!({ "code": 9001, "data": null })));
}
