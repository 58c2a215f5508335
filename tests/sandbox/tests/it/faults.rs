use std::time::{Duration, Instant};

use serde_json::json;
use tellus_sandbox::{Fault, FaultKind};

use crate::support::{Api, json, open, requests, sandbox};

#[tokio::test]
async fn errors_in_the_envelope_where_and_as_often_as_asked() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let denied = FaultKind::Error {
        status: 403,
        code: 2003,
        message: Some("write scope needed".to_owned()),
        details: Some(json!({ "scope": "write" })),
        retry_after_seconds: None,
    };
    sandbox.inject(denied.times(2).after(1).on("/operator/sites"));
    assert_eq!(api.outcome("/operator/sites").await, (200, 0));
    assert_eq!(api.outcome("/operator/charging-records").await, (200, 0));
    let (status, body) = api.fetch("/operator/sites").await;
    assert_eq!(status, 403);
    assert_eq!(
        body,
        json!({ "code": 2003, "message": "write scope needed", "details": { "scope": "write" } })
    );
    assert_eq!(api.outcome("/operator/sites").await, (403, 2003));
    assert_eq!(api.outcome("/operator/sites").await, (200, 0));

    let busy = FaultKind::Error {
        status: 429,
        code: 5001,
        message: None,
        details: None,
        retry_after_seconds: Some(7),
    };
    sandbox.inject(busy);
    let refused = api.get("/operator/sites").await;
    assert_eq!(refused.headers()["retry-after"], "7");
    assert_eq!(json(refused).await["details"]["retry_after_seconds"], 7);

    // A success by its status, not by its code.
    sandbox.inject(FaultKind::Error {
        status: 200,
        code: 9001,
        message: None,
        details: None,
        retry_after_seconds: None,
    });
    assert_eq!(api.outcome("/operator/sites").await, (200, 9001));
    assert_eq!(requests(&sandbox).last().unwrap().faults, ["error"]);
}

#[tokio::test]
async fn bodies_that_are_no_envelope() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    sandbox.inject(FaultKind::Html { status: 502 });
    let page = api.get("/operator/sites").await;
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (502, &"text/html".parse().unwrap())
    );
    assert!(page.text().await.unwrap().starts_with("<html>"));

    sandbox.inject(FaultKind::Empty { status: 500 });
    let empty = api.get("/operator/sites").await;
    assert_eq!((empty.status().as_u16(), empty.bytes().await.unwrap().len()), (500, 0));

    sandbox.inject(FaultKind::NotJson {});
    let cut = api.get("/operator/sites").await;
    assert_eq!(cut.status(), 200);
    assert!(serde_json::from_slice::<serde_json::Value>(&cut.bytes().await.unwrap()).is_err());

    sandbox.inject(FaultKind::Truncated { status: 200 });
    let short = api.get("/operator/sites").await;
    assert_eq!(short.content_length(), Some(4096));
    assert!(short.bytes().await.is_err());
    assert_eq!(api.outcome("/operator/sites").await, (200, 0));
}

#[tokio::test]
async fn no_answer_and_a_late_one() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    sandbox.inject(FaultKind::Drop {});
    assert!(api.send(reqwest::Method::GET, "/operator/sites").await.is_err());
    let entry = requests(&sandbox).pop().unwrap();
    assert_eq!((entry.status, entry.faults), (None, vec!["drop"]));

    sandbox.inject(FaultKind::Slow { delay_ms: 60 });
    let started = Instant::now();
    assert_eq!(api.outcome("/operator/sites").await, (200, 0));
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_client_that_gives_up_is_in_the_journal() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    sandbox.inject(FaultKind::Slow { delay_ms: 60_000 });
    let hasty = api
        .http
        .get(format!("{}/operator/sites", api.base))
        .bearer_auth(&api.token);
    assert!(hasty.timeout(Duration::from_millis(50)).send().await.is_err());
    crate::support::until(|| requests(&sandbox).len() == 2).await;
    assert_eq!(requests(&sandbox)[1].status, None);
}

#[tokio::test]
async fn tokens_end_at_once_or_at_the_right_moment() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    sandbox.inject(FaultKind::ExpireTokens {}.once().after(1));
    assert_eq!(api.outcome("/operator/sites").await, (200, 0));
    assert_eq!(api.outcome("/operator/sites").await, (401, 2002));
    let next = Api::new(&sandbox).await;
    assert_eq!(next.outcome("/operator/sites").await, (200, 0));
    sandbox.inject(FaultKind::RevokeTokens {});
    assert_eq!(next.outcome("/operator/sites").await, (401, 2001));
    assert!(sandbox.pending_faults().is_empty());
}

#[tokio::test]
async fn replies_with_states_and_fields_of_tomorrow() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let device = format!("/operator/devices/{}", sandbox.device_ids()[0]);
    sandbox.inject(FaultKind::UnknownState {
        state: "preparing".to_owned(),
        device: None,
    });
    // Sites carry no connector state: they do not use the fault up.
    assert_eq!(api.outcome("/operator/sites").await, (200, 0));
    assert_eq!(
        api.fetch(&device).await.1["data"]["connectors"][0]["status"],
        "preparing"
    );
    assert_ne!(
        api.fetch(&device).await.1["data"]["connectors"][0]["status"],
        "preparing"
    );
    sandbox.inject(FaultKind::UnknownFields {}.once().on("/operator/sites"));
    assert!(api.fetch("/operator/sites").await.1["data"]["items"][0]["x_sandbox_nested"].is_object());
}

#[tokio::test]
async fn handshakes_meet_faults_like_any_request() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let query = format!("devices={}", sandbox.device_ids()[0]);
    sandbox.inject(FaultKind::Html { status: 503 }.once().on("/operator/stream"));
    assert_eq!(open(&sandbox, Some(&api.token), &query).await.err().unwrap().0, 503);
    assert!(open(&sandbox, Some(&api.token), &query).await.is_ok());
}

#[tokio::test]
async fn faults_come_go_and_are_listed_over_http() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let url = format!("http://{}/_sandbox/faults", sandbox.address());
    let add = async |body| crate::support::post(&api.http, &url, &body).await;
    assert_eq!(
        json(add(json!({ "kind": "html", "times": null })).await).await,
        json!({ "id": 1 })
    );
    assert_eq!(
        json(add(json!({ "kind": "revoke_tokens" })).await).await,
        json!({ "id": null })
    );
    let unknown = add(json!({ "kind": "gremlins" })).await;
    assert_eq!(unknown.status(), 400);
    assert!(
        json(unknown).await["error"]
            .as_str()
            .unwrap()
            .contains("stream_half_open")
    );
    let nowhere = add(json!({ "kind": "device_offline", "device": "dvc_x" })).await;
    assert_eq!(nowhere.status(), 400);
    let broken = json!({ "kind": "connector_fault", "device": sandbox.device_ids()[1], "connector": 1 });
    assert_eq!(json(add(broken).await).await, json!({ "id": null }));
    let listed = json(api.http.get(&url).send().await.unwrap()).await;
    assert_eq!(listed["pending"][0]["kind"], "html");
    assert_eq!(
        sandbox.pending_faults()[0].fault,
        FaultKind::Html { status: 502 }.always()
    );
    assert_eq!(api.http.delete(&url).send().await.unwrap().status(), 204);
    assert!(sandbox.pending_faults().is_empty());
    let never = Fault {
        times: Some(0),
        ..FaultKind::Drop {}.once()
    };
    sandbox.inject(never);
    assert!(sandbox.pending_faults().is_empty());
}

#[tokio::test]
async fn token_answers_change_their_form_while_the_sandbox_runs() {
    let sandbox = sandbox();
    let http = crate::support::http(&sandbox);
    let url = format!("{}/operator/oauth/token", sandbox.base_url());
    let credentials = crate::support::credentials(&sandbox);
    let enveloped = async || {
        let reply = json(crate::support::post(&http, &url, &credentials).await).await;
        reply["data"]["access_token"].is_string()
    };
    assert!(!enveloped().await);
    sandbox.inject(FaultKind::TokenForm { enveloped: true }.times(2));
    assert!(enveloped().await && enveloped().await && !enveloped().await);
    assert_eq!(requests(&sandbox)[1].faults, ["token_form"]);
}

#[tokio::test]
async fn envelopes_without_a_message() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    sandbox.inject(FaultKind::MissingMessage {}.times(2));
    let (status, good) = api.fetch("/operator/sites?size=1").await;
    assert_eq!((status, &good["code"], good.get("message")), (200, &json!(0), None));
    assert!(good["data"]["items"].is_array());
    let (status, bad) = api.fetch("/operator/devices/x").await;
    assert_eq!((status, bad), (404, json!({ "code": 3001 })));
    assert!(api.fetch("/operator/sites").await.1["message"].is_string());
    // Waiting times survive.
    let busy = FaultKind::Error {
        status: 429,
        code: 5001,
        message: None,
        details: None,
        retry_after_seconds: Some(7),
    };
    sandbox.inject(busy);
    sandbox.inject(FaultKind::MissingMessage {});
    let refused = api.get("/operator/sites").await;
    assert_eq!(refused.headers()["retry-after"], "7");
    assert_eq!(
        json(refused).await,
        json!({ "code": 5001, "details": { "retry_after_seconds": 7 } })
    );
}

#[tokio::test]
async fn devices_come_and_go() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let id = sandbox.device_ids()[1].clone();
    for (cleared, status) in [(false, "offline"), (true, "online")] {
        sandbox.inject(FaultKind::DeviceOffline {
            device: id.clone(),
            cleared,
        });
        let (_, details) = api.fetch(&format!("/operator/devices/{id}")).await;
        assert_eq!(details["data"]["status"], status);
        let unavailable = details["data"]["connectors"][0]["status"] == "unavailable";
        assert_eq!(unavailable, !cleared);
    }
}
