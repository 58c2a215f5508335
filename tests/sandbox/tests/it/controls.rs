use serde_json::json;
use tellus_sandbox::JournalEntry;

use crate::support::{Api, json, post, sandbox};

#[tokio::test]
async fn the_clock_moves_everything() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let url = format!("http://{}/_sandbox/clock", sandbox.address());
    let before = sandbox.now();
    let moved = json(post(&api.http, &url, &json!({ "advance_seconds": 7200 })).await).await;
    assert_eq!(moved["advanced_seconds"], 7200.0);
    let passed = sandbox.now().duration_since(before).as_secs();
    assert!((7200..7210).contains(&passed), "{passed}");
    assert!(moved["fleet_now"].as_str().unwrap() > before.to_string().as_str());
    for wrong in [
        json!({ "advance_seconds": -1 }),
        json!({ "advance_seconds": 1e9 }),
        json!({ "seconds": 1 }),
        json!([]),
    ] {
        assert_eq!(post(&api.http, &url, &wrong).await.status(), 400, "{wrong}");
    }
    assert_eq!(json(api.http.get(&url).send().await.unwrap()).await["speed"], 1.0);
}

#[tokio::test]
async fn fleet_and_health_need_no_token() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let root = format!("http://{}/_sandbox", sandbox.address());
    let fleet = json(api.http.get(format!("{root}/fleet")).send().await.unwrap()).await;
    let ids: Vec<_> = fleet["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["device_id"].clone())
        .collect();
    assert_eq!(json!(ids), json!(sandbox.device_ids()));
    assert_eq!(fleet["sites"].as_array().unwrap().len(), 3);
    let health = json(api.http.get(format!("{root}/health")).send().await.unwrap()).await;
    assert_eq!(health["status"], "ok");
    // None of it is in the journal.
    assert_eq!(sandbox.journal().len(), 2);
}

#[tokio::test]
async fn the_journal_can_be_followed_and_cleared() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let url = format!("http://{}/_sandbox/journal", sandbox.address());
    let first = json(api.http.get(&url).send().await.unwrap()).await;
    assert_eq!(
        first["entries"],
        serde_json::to_value::<Vec<JournalEntry>>(sandbox.journal()).unwrap()
    );
    api.get("/operator/sites").await;
    let next = json(
        api.http
            .get(format!("{url}?after={}", first["next"]))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(next["entries"].as_array().unwrap().len(), 1);
    assert_eq!(next["entries"][0]["event"], "request");
    assert_eq!(api.http.delete(&url).send().await.unwrap().status(), 204);
    assert!(sandbox.journal().is_empty());
}
