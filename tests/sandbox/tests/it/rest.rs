use std::time::Duration;

use serde_json::{Value, json};
use tellus_sandbox::quirk::TokenReply;
use tellus_sandbox::{Options, Quirks, Sandbox};

use crate::support::{Api, credentials, http, json, new_token, post, requests, sandbox};

#[tokio::test]
async fn tokens_are_raw_or_enveloped_and_wrong_credentials_are_refused() {
    let plain = sandbox();
    let client = http(&plain);
    let url = format!("{}/operator/oauth/token", plain.base_url());
    let raw = json(post(&client, &url, &credentials(&plain)).await).await;
    assert_eq!(
        (&raw["token_type"], &raw["expires_in"]),
        (&json!("Bearer"), &json!(86_400))
    );
    assert!(raw["access_token"].as_str().unwrap().starts_with("eyJ"));

    let mut wrong = credentials(&plain);
    wrong["client_secret"] = json!("guess");
    let refused = post(&client, &url, &wrong).await;
    assert_eq!(refused.status(), 401);
    let body = json(refused).await;
    assert_eq!(body["code"], 2001);
    assert!(!body.to_string().contains("guess"));

    for field in ["client_id", "client_secret", "grant_type"] {
        let mut missing = credentials(&plain);
        missing.as_object_mut().unwrap().remove(field);
        let refused = post(&client, &url, &missing).await;
        assert_eq!(refused.status(), 400);
        let body = json(refused).await;
        assert_eq!(
            (&body["code"], &body["details"]["field"]),
            (&json!(1002), &json!(field))
        );
    }
    let mut grant = credentials(&plain);
    grant["grant_type"] = json!("password");
    assert_eq!(json(post(&client, &url, &grant).await).await["code"], 1001);

    let wrapped = Sandbox::start(Options {
        quirks: Quirks {
            token_reply: TokenReply::Enveloped,
            ..Quirks::default()
        },
        ..Options::default()
    })
    .unwrap();
    let url = format!("{}/operator/oauth/token", wrapped.base_url());
    let reply = json(post(&client, &url, &credentials(&wrapped)).await).await;
    assert_eq!(reply["code"], 0);
    assert!(reply["data"]["access_token"].is_string());
}

#[tokio::test]
async fn a_token_is_needed_everywhere() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    for path in [
        "/operator/sites",
        "/operator/devices/x",
        "/operator/charging-records",
        "/operator/stream?devices=x",
    ] {
        let bare = api.http.get(format!("{}{path}", api.base)).send().await.unwrap();
        assert_eq!(bare.status(), 401, "{path}");
        assert!(bare.headers().contains_key("x-request-id"));
        assert_eq!(json(bare).await["code"], 2001);
        let unknown = api
            .http
            .get(format!("{}{path}", api.base))
            .bearer_auth("eyJ.eyJ.x")
            .send()
            .await
            .unwrap();
        assert_eq!(
            (unknown.status().as_u16(), json(unknown).await["code"].clone()),
            (401, json!(2001)),
            "{path}"
        );
    }
    // Only the stream takes a token from the query.
    let url = format!("{}/operator/sites?token={}", api.base, api.token);
    assert_eq!(api.http.get(url).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn tokens_expire_by_the_sandbox_clock_each_for_itself() {
    let sandbox = sandbox();
    let first = Api::new(&sandbox).await;
    sandbox.advance(Duration::from_secs(43_200));
    let second = Api::new(&sandbox).await;
    assert_eq!(first.outcome("/operator/sites").await, (200, 0));
    sandbox.advance(Duration::from_secs(43_200));
    assert_eq!(first.outcome("/operator/sites").await, (401, 2002));
    assert_eq!(second.outcome("/operator/sites").await, (200, 0));
}

#[tokio::test]
async fn sites_come_in_pages() {
    let sandbox = Sandbox::start(Options {
        sites: 5,
        devices_per_site: 1,
        ..Options::default()
    })
    .unwrap();
    let api = Api::new(&sandbox).await;
    let (_, all) = api.fetch("/operator/sites").await;
    assert_eq!((&all["code"], &all["message"]), (&json!(0), &json!("success")));
    assert_eq!(
        (&all["data"]["total"], &all["data"]["page"], &all["data"]["size"]),
        (&json!(5), &json!(1), &json!(20))
    );
    let (_, second) = api.fetch("/operator/sites?page=2&size=2").await;
    assert_eq!(second["data"]["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        second["data"]["items"][0]["site_id"],
        all["data"]["items"][2]["site_id"]
    );
    let (_, beyond) = api.fetch("/operator/sites?page=9&size=2").await;
    assert_eq!(
        (&beyond["data"]["items"], &beyond["data"]["total"]),
        (&json!([]), &json!(5))
    );
    assert_eq!(api.fetch("/operator/sites?status=inactive").await.1["data"]["total"], 0);

    for (query, field, value) in [
        ("size=0", "size", json!(0)),
        ("size=101", "size", json!(101)),
        ("page=0", "page", json!(0)),
        ("page=x", "page", json!("x")),
        ("status=odd", "status", json!("odd")),
    ] {
        let (status, body) = api.fetch(&format!("/operator/sites?{query}")).await;
        assert_eq!((status, &body["code"]), (400, &json!(1001)), "{query}");
        assert_eq!(body["details"], json!({ "field": field, "value": value }));
    }
}

#[tokio::test]
async fn devices_are_found_or_not() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    for id in sandbox.device_ids() {
        let (status, body) = api.fetch(&format!("/operator/devices/{id}")).await;
        assert_eq!((status, &body["data"]["device_id"]), (200, &json!(id)));
    }
    assert_eq!(api.outcome("/operator/devices/dvc_000000000000").await, (404, 3001));
    assert_eq!(api.outcome("/operator/nothing").await, (404, 3001));
    let wrong_method = api.send(reqwest::Method::DELETE, "/operator/sites").await.unwrap();
    assert_eq!(
        (wrong_method.status().as_u16(), json(wrong_method).await["code"].clone()),
        (404, json!(3001))
    );
}

#[tokio::test]
async fn records_can_be_walked_and_filtered() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let mut records: Vec<Value> = Vec::new();
    for page in 1.. {
        let (_, body) = api
            .fetch(&format!("/operator/charging-records?page={page}&size=100"))
            .await;
        let items = body["data"]["items"].as_array().unwrap().clone();
        if items.is_empty() {
            assert_eq!(body["data"]["total"], records.len());
            break;
        }
        records.extend(items);
    }
    assert!(records.len() > 200, "{}", records.len());
    let text = |record: &Value, name: &str| record[name].as_str().unwrap().to_owned();
    assert!(
        records
            .windows(2)
            .all(|pair| text(&pair[0], "start_time") >= text(&pair[1], "start_time"))
    );

    let device = text(&records[0], "device_id");
    let (from, until) = (text(&records[150], "start_time"), text(&records[50], "start_time"));
    let query = format!("/operator/charging-records?size=100&start_time={from}&end_time={until}");
    let (_, range) = api.fetch(&query).await;
    assert_eq!(range["data"]["items"], json!(records[51..=150]));
    let (_, filtered) = api
        .fetch(&format!(
            "/operator/charging-records?size=100&device_id={device}&connector_id=1"
        ))
        .await;
    let expected = records
        .iter()
        .filter(|record| record["device_id"] == device.as_str() && record["connector_id"] == 1);
    assert_eq!(filtered["data"]["total"], expected.count());
    assert_eq!(
        api.outcome("/operator/charging-records?connector_id=0").await,
        (400, 1001)
    );
    assert_eq!(
        api.outcome("/operator/charging-records?start_time=yesterday").await,
        (400, 1001)
    );
    assert_eq!(
        api.fetch("/operator/charging-records?device_id=dvc_x").await.1["data"]["total"],
        0
    );
}

#[tokio::test]
async fn quotas_refuse_and_refill_with_the_clock() {
    let sandbox = Sandbox::start(Options {
        query_per_minute: 3,
        token_per_minute: 2,
        ..Options::default()
    })
    .unwrap();
    let api = Api::new(&sandbox).await;
    for _ in 0..3 {
        assert_eq!(api.outcome("/operator/sites").await, (200, 0));
    }
    let refused = api.get("/operator/devices/x").await;
    assert_eq!(refused.status(), 429);
    let header: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let body = json(refused).await;
    assert_eq!(body["code"], 5001);
    assert_eq!(body["details"]["retry_after_seconds"], header);
    assert!((55..=60).contains(&header), "{header}");
    sandbox.advance(Duration::from_secs(header));
    assert_eq!(api.outcome("/operator/sites").await, (200, 0));

    new_token(&api.http, &sandbox).await;
    new_token(&api.http, &sandbox).await;
    let url = format!("{}/operator/oauth/token", sandbox.base_url());
    assert_eq!(
        json(post(&api.http, &url, &credentials(&sandbox)).await).await["code"],
        5001
    );
}

#[tokio::test]
async fn the_journal_tells_what_came_without_secrets() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let answer = api.get("/operator/sites?size=5&token=eyJsecret").await;
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    json(answer).await;
    let entries = requests(&sandbox);
    let (token_call, call) = (&entries[0], &entries[1]);
    assert_eq!(call.request_id, id);
    assert_eq!(
        (call.method.as_str(), call.path.as_str()),
        ("GET", "/v1/operator/sites")
    );
    assert_eq!(call.query.as_deref(), Some("size=5&token=***"));
    assert_eq!((call.status, call.code), (Some(200), Some(0)));
    assert_eq!(call.http_version, "HTTP/1.1");
    assert_eq!(call.client_id.as_deref(), Some(sandbox.client_id()));
    assert_eq!(call.token.as_ref().map(String::len), Some(8));
    assert_eq!(
        (token_call.token.as_deref(), token_call.client_id.as_deref()),
        (None, Some(sandbox.client_id()))
    );
    let all = serde_json::to_string(&sandbox.journal()).unwrap();
    assert!(!all.contains(&api.token) && !all.contains(sandbox.client_secret()) && !all.contains("eyJ"));
}
