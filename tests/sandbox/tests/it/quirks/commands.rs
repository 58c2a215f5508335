use std::time::Duration;

use serde_json::{Value, json};
use tellus_sandbox::FaultKind;

use super::{connector, scene, turn};
use crate::charger::Charger;
use crate::support::Api;

async fn state(api: &Api, id: &Value) -> Value {
    let (status, answer) = api.fetch(&format!("/operator/commands/{}", id.as_str().unwrap())).await;
    assert_eq!(status, 200, "{answer}");
    answer["data"]["status"].clone()
}

fn schedule() -> Value {
    let slots = json!([{ "start": "22:00", "end": "08:00", "action": "charge" }]);
    json!({ "schedule_id": "s", "enabled": true, "type": "daily", "time_slots": slots })
}

#[tokio::test]
async fn a_schedule_is_answered_with_and_without_data() {
    let (sandbox, api) = scene().await;
    let order = async || api.command(&connector(&sandbox, 1, "schedule"), &schedule()).await.1;
    assert_eq!(order().await.get("data"), Some(&Value::Null));
    turn(&sandbox, &[("schedule_answer", "omitted")]).await;
    assert_eq!(order().await, json!({ "code": 0, "message": "success" }));
    turn(&sandbox, &[("schedule_answer", "command_id")]).await;
    let answer = order().await;
    sandbox.advance(Duration::from_secs(2));
    assert_eq!(state(&api, &answer["data"]["command_id"]).await, "completed");
}

#[tokio::test]
async fn a_control_id_may_be_unknown_among_commands() {
    let (sandbox, api) = scene().await;
    let body = json!({ "target_type": "all", "command": "pause_charging", "params": { "duration": 60 } });
    let (_, answer) = api.command("/operator/control/flexibility", &body).await;
    let id = &answer["data"]["control_id"];
    assert_eq!(state(&api, id).await, "queued");
    turn(&sandbox, &[("control_id", "unknown")]).await;
    let path = format!("/operator/commands/{}", id.as_str().unwrap());
    assert_eq!(api.outcome(&path).await, (404, 3001));
}

#[tokio::test]
async fn a_charger_off_line_gets_commands_by_every_rule() {
    let (sandbox, api) = scene().await;
    let device = sandbox.device_ids()[1].clone();
    sandbox.inject(FaultKind::DeviceOffline { device, cleared: false });
    let order = async || api.command(&connector(&sandbox, 1, "schedule"), &schedule()).await;
    turn(&sandbox, &[("schedule_answer", "command_id")]).await;
    let (_, waiting) = order().await;
    sandbox.advance(Duration::from_secs(5));
    assert_eq!(state(&api, &waiting["data"]["command_id"]).await, "queued");
    turn(
        &sandbox,
        &[("offline_commands", "failed"), ("schedule_answer", "command_id")],
    )
    .await;
    let (_, failing) = order().await;
    sandbox.advance(Duration::from_secs(5));
    assert_eq!(state(&api, &failing["data"]["command_id"]).await, "failed");
    turn(&sandbox, &[("offline_commands", "refused")]).await;
    let (status, refused) = order().await;
    assert_eq!((status, &refused["code"]), (409, &json!(4001)));
}

#[tokio::test]
async fn a_command_that_waits_too_long_by_every_rule() {
    for (words, end) in [
        (&[][..], "queued"),
        (&[("command_expiry", "failed")][..], "failed"),
        (&[("command_expiry", "expired")][..], "expired"),
    ] {
        let (sandbox, api) = scene().await;
        turn(&sandbox, words).await;
        let device = sandbox.device_ids()[1].clone();
        sandbox.inject(FaultKind::DeviceOffline { device, cleared: false });
        let start = connector(&sandbox, 1, "start");
        let (_, simulated) = api.command(&start, &json!({})).await;
        let charger = Charger::new(&sandbox, "SN1").await;
        let path = format!("/operator/devices/{}/connectors/1/start", charger.device_id);
        let (_, played) = api.command(&path, &json!({})).await;
        let ids = [&simulated["data"]["command_id"], &played["data"]["command_id"]];
        sandbox.advance(Duration::from_secs(299));
        for id in ids {
            assert_eq!(state(&api, id).await, "queued");
        }
        sandbox.advance(Duration::from_secs(2));
        for id in ids {
            assert_eq!(state(&api, id).await, end, "{words:?}");
        }
        // What has expired occupies no connector, and its charger is not given it any more.
        let waits = end == "queued";
        assert_eq!(api.command(&start, &json!({})).await.0, if waits { 409 } else { 200 });
        assert_eq!(charger.beat().await.len(), usize::from(waits));
        // A charger is told how long it has.
        let (_, next) = api.command(&path, &json!({})).await;
        assert_eq!(next["code"], if waits { 4001 } else { 0 });
        if !waits {
            let given = charger.beat().await;
            let told: jiff::Timestamp = given[0]["expiry"].as_str().unwrap().parse().unwrap();
            let now: jiff::Timestamp = "2026-03-15T11:05:01Z".parse().unwrap();
            let left = told.duration_since(now).as_secs();
            assert!((298..=300).contains(&left), "{left}");
        }
    }
}

#[tokio::test]
async fn a_refusal_may_have_a_word_of_its_own() {
    let (sandbox, api) = scene().await;
    sandbox.inject(FaultKind::CommandFailed {
        reason: "rejected".to_owned(),
        device: None,
    });
    let (_, simulated) = api.command(&connector(&sandbox, 1, "start"), &json!({})).await;
    sandbox.advance(Duration::from_secs(5));
    let charger = Charger::new(&sandbox, "SN1").await;
    let path = format!("/operator/devices/{}/connectors/1/start", charger.device_id);
    let (_, played) = api.command(&path, &json!({})).await;
    let id = &played["data"]["command_id"];
    charger.status(id.as_str().unwrap(), "rejected", Value::Null).await;
    for (words, told) in [(&[][..], "failed"), (&[("refusal", "rejected")][..], "rejected")] {
        turn(&sandbox, words).await;
        assert_eq!(state(&api, id).await, told);
        assert_eq!(state(&api, &simulated["data"]["command_id"]).await, told);
    }
}

#[tokio::test]
async fn completed_may_mean_begun() {
    let (sandbox, api) = scene().await;
    turn(&sandbox, &[("session_commands", "completed_at_once")]).await;
    for (index, call, body) in [
        (1, "start", json!({})),
        (0, "discharge", json!({ "discharge_power": 9 })),
    ] {
        let (_, answer) = api.command(&connector(&sandbox, index, call), &body).await;
        sandbox.advance(Duration::from_secs(5));
        assert_eq!(state(&api, &answer["data"]["command_id"]).await, "completed");
        let device = format!("/operator/devices/{}", sandbox.device_ids()[index]);
        let (_, told) = api.fetch(&device).await;
        assert_ne!(told["data"]["connectors"][0]["status"], "idle", "{call}");
    }
}

#[tokio::test]
async fn a_command_may_come_more_than_once() {
    let (sandbox, api) = scene().await;
    let charger = Charger::new(&sandbox, "SN1").await;
    turn(&sandbox, &[("delivery", "repeated")]).await;
    let path = format!("/operator/devices/{}/connectors/1/start", charger.device_id);
    let (_, answer) = api.command(&path, &json!({})).await;
    let id = &answer["data"]["command_id"];
    for _ in 0..2 {
        assert_eq!(charger.beat().await[0]["command_id"], *id);
        assert_eq!(charger.poll("connector_id=1").await.1["data"]["command_id"], *id);
    }
    charger.status(id.as_str().unwrap(), "accepted", Value::Null).await;
    assert_eq!(charger.beat().await, [json!(null); 0]);
}
