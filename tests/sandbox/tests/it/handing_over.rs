//! Commands on their way to a charger that is played from outside, and back.

use std::time::Duration;

use serde_json::{Value, json};
use tellus_sandbox::{FaultKind, Sandbox};

use crate::charger::{Charger, telemetry};
use crate::support::{Api, json as json_of, obedient, still};

/// A charger, and the operator in front of it.
struct Scene {
    sandbox: Sandbox,
    charger: Charger,
    api: Api,
}

impl Scene {
    async fn new() -> Self {
        let sandbox = still(obedient());
        Self {
            charger: Charger::new(&sandbox, "SN1").await,
            api: Api::new(&sandbox).await,
            sandbox,
        }
    }

    async fn order(&self, call: &str, body: Value) -> (u16, Value) {
        let path = format!("/operator/devices/{}/connectors/1/{call}", self.charger.device_id);
        self.api.command(&path, &body).await
    }

    /// Orders a start, and returns the command's id.
    async fn start(&self) -> String {
        let (status, answer) = self
            .order("start", json!({ "charge_power": 7, "target_soc": 80 }))
            .await;
        assert_eq!((status, &answer["data"]["status"]), (200, &json!("queued")), "{answer}");
        answer["data"]["command_id"].as_str().unwrap().to_owned()
    }

    /// Status and result of a command, for the operator.
    async fn state(&self, id: &str) -> (Value, Value) {
        let (_, answer) = self.api.fetch(&format!("/operator/commands/{id}")).await;
        (answer["data"]["status"].clone(), answer["data"]["result"].clone())
    }

    fn asked(&self, id: &str) -> Value {
        let params = json!({ "charge_power": 7, "target_soc": 80, "connector_id": 1 });
        json!({ "command_id": id, "command": "start_charging", "params": params })
    }
}

#[tokio::test]
async fn a_heartbeat_brings_each_command_once_and_reports_close_it() {
    let scene = Scene::new().await;
    let id = scene.start().await;
    assert_eq!(scene.charger.beat().await, [scene.asked(&id)]);
    assert_eq!(scene.charger.beat().await, [json!(null); 0]);
    assert_eq!(scene.charger.poll("connector_id=2&wait=1").await.1["data"], Value::Null);
    // Time alone does nothing: what has been handed over waits for the charger's word.
    scene.sandbox.advance(Duration::from_secs(20));
    assert_eq!(scene.state(&id).await, (json!("queued"), Value::Null));
    for (status, details, result) in [
        ("accepted", Value::Null, Value::Null),
        (
            "completed",
            json!({ "energy_delivered": 7.0 }),
            json!({ "energy_delivered": 7.0 }),
        ),
    ] {
        for _ in 0..2 {
            assert_eq!(scene.charger.status(&id, status, details.clone()).await.0, 200);
        }
        assert_eq!(scene.state(&id).await, (json!(status), result));
    }
    let (status, answer) = scene.charger.status(&id, "failed", json!({})).await;
    assert_eq!((status, &answer["code"]), (409, &json!(4001)));
}

/// Returns once the sandbox holds a poll.
async fn poll_waits(scene: &Scene) {
    let url = format!("http://{}/_sandbox/health", scene.sandbox.address());
    loop {
        let health = json_of(scene.api.http.get(&url).send().await.unwrap()).await;
        if health["waiting_polls"] == 1 {
            return;
        }
    }
}

#[tokio::test]
async fn a_poll_waits_for_a_command() {
    let scene = Scene::new().await;
    let waiting = scene.charger.poll("connector_id=1&wait=60");
    let ordering = async {
        poll_waits(&scene).await;
        scene.start().await
    };
    let ((status, answer), id) = tokio::join!(waiting, ordering);
    assert_eq!((status, &answer["data"]), (200, &scene.asked(&id)));
    assert_eq!(scene.charger.beat().await, [json!(null); 0]);
}

#[tokio::test]
async fn a_poll_ends_by_the_clock_of_the_sandbox() {
    let scene = Scene::new().await;
    let begun = std::time::Instant::now();
    let moving = async {
        poll_waits(&scene).await;
        scene.sandbox.advance(Duration::from_secs(29));
        poll_waits(&scene).await;
        scene.sandbox.advance(Duration::from_secs(1));
    };
    let ((status, answer), ()) = tokio::join!(scene.charger.poll("connector_id=1"), moving);
    assert_eq!(
        (status, answer),
        (200, json!({ "code": 0, "message": "success", "data": null }))
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_charger_may_refuse() {
    let scene = Scene::new().await;
    for (status, details, result) in [
        ("rejected", Value::Null, json!({ "reason": "rejected" })),
        (
            "failed",
            json!({ "reason": "contactor", "n": 1 }),
            json!({ "reason": "contactor", "n": 1 }),
        ),
    ] {
        let id = scene.start().await;
        // The place is taken until the command has ended.
        assert_eq!(scene.order("start", json!({})).await.0, 409);
        scene.charger.beat().await;
        assert_eq!(scene.charger.status(&id, status, details).await.0, 200);
        assert_eq!(scene.state(&id).await, (json!("failed"), result));
    }
}

#[tokio::test]
async fn what_is_in_use_is_what_the_charger_says() {
    let scene = Scene::new().await;
    assert_eq!(scene.order("stop", json!({})).await.0, 409);
    scene.charger.report("telemetry", &telemetry(1, "charging", 7.0)).await;
    assert_eq!(scene.order("start", json!({})).await.0, 409);
    assert_eq!(scene.order("stop", json!({ "reason": "full" })).await.0, 200);
    scene.charger.report("telemetry", &telemetry(1, "idle", 0.0)).await;
    assert_eq!(scene.order("discharge", json!({ "discharge_power": 5 })).await.0, 200);
    let slots = json!([{ "start": "22:00", "end": "08:00", "action": "charge" }]);
    let schedule = json!({ "schedule_id": "s", "enabled": true, "type": "daily", "time_slots": slots });
    assert_eq!(scene.order("schedule", schedule.clone()).await.0, 200);
    let limit = json!({ "target_type": "all", "command": "set_power_limit",
        "params": { "power_limit_percent": 40, "duration": 60 } });
    assert_eq!(scene.api.command("/operator/control/flexibility", &limit).await.0, 200);
    scene.sandbox.advance(Duration::from_secs(5));
    let brought = scene.charger.beat().await;
    let words: Vec<&Value> = brought.iter().map(|command| &command["command"]).collect();
    assert_eq!(words, ["stop_charging", "discharge", "set_schedule", "set_power_limit"]);
    let mut expected = schedule;
    expected["connector_id"] = json!(1);
    assert_eq!(brought[2]["params"], expected);
    assert_eq!(
        brought[3]["params"],
        json!({ "power_limit_percent": 40, "duration": 60, "connector_id": 1 })
    );
}

#[tokio::test]
async fn commands_of_others_are_not_there() {
    let scene = Scene::new().await;
    let other = Charger::new(&scene.sandbox, "SN2").await;
    let id = scene.start().await;
    assert_eq!(other.beat().await, [json!(null); 0]);
    for id in [id.as_str(), "cmd_x"] {
        let (status, answer) = other.status(id, "accepted", Value::Null).await;
        assert_eq!((status, &answer["code"]), (404, &json!(3001)));
    }
}

#[tokio::test]
async fn faults_on_commands_hold_here_too() {
    let scene = Scene::new().await;
    scene.sandbox.inject(FaultKind::CommandStuck { device: None });
    let (_, answer) = scene.order("schedule", schedule()).await;
    assert_eq!(answer["code"], 0);
    let reason = "interlock".to_owned();
    scene.sandbox.inject(FaultKind::CommandFailed { reason, device: None });
    let id = scene.start().await;
    assert_eq!(scene.charger.beat().await, [json!(null); 0]);
    assert_eq!(
        scene.state(&id).await,
        (json!("failed"), json!({ "reason": "interlock" }))
    );
}

fn schedule() -> Value {
    let slots = json!([{ "start": "22:00", "end": "08:00", "action": "charge" }]);
    json!({ "schedule_id": "s", "enabled": true, "type": "daily", "time_slots": slots })
}
