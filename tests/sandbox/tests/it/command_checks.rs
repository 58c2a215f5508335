use serde_json::{Value, json};

use crate::desk::Desk;
use crate::support::{obedient, still};

/// Status, code and the field an error names.
async fn refusal(desk: &Desk<'_>, path: &str, body: &Value) -> (u16, u64, String) {
    let (status, answer) = desk.api.command(path, body).await;
    let field = answer["details"]["field"].as_str().unwrap_or_default().to_owned();
    (status, answer["code"].as_u64().unwrap(), field)
}

#[tokio::test]
async fn every_field_is_checked_and_named() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (0, 1)).await;
    for (call, body, code, field) in [
        ("start", json!({ "charge_power": 0 }), 1001, "charge_power"),
        ("start", json!({ "charge_power": -7 }), 1001, "charge_power"),
        ("start", json!({ "charge_power": "7" }), 1001, "charge_power"),
        ("start", json!({ "duration": 0 }), 1001, "duration"),
        ("start", json!({ "duration": 1.5 }), 1001, "duration"),
        ("start", json!({ "target_soc": 101 }), 1001, "target_soc"),
        ("start", json!({ "target_soc": -1 }), 1001, "target_soc"),
        ("start", json!({ "transaction_id": 7 }), 1001, "transaction_id"),
        ("start", json!([]), 1001, "body"),
        ("stop", json!({ "reason": 1 }), 1001, "reason"),
        ("discharge", json!({}), 1002, "discharge_power"),
        ("discharge", json!({ "discharge_power": null }), 1002, "discharge_power"),
        ("discharge", json!({ "discharge_power": -3 }), 1001, "discharge_power"),
        (
            "discharge",
            json!({ "discharge_power": 3, "min_soc": 200 }),
            1001,
            "min_soc",
        ),
        (
            "discharge",
            json!({ "discharge_power": 3, "duration": "long" }),
            1001,
            "duration",
        ),
    ] {
        let found = refusal(&desk, &desk.path(call), &body).await;
        assert_eq!(found, (400, code, field.to_owned()), "{call} {body}");
    }
    let bare = desk.api.http.post(format!("{}{}", desk.api.base, desk.path("start")));
    let cut = bare
        .bearer_auth(&desk.api.token)
        .body("{\"duration\":")
        .send()
        .await
        .unwrap();
    assert_eq!(cut.status(), 400);
}

#[tokio::test]
async fn schedules_are_checked_slot_by_slot() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (1, 1)).await;
    let good = json!({
        "schedule_id": "sch_1",
        "enabled": true,
        "type": "weekly",
        "time_slots": [{ "day_of_week": ["mon"], "start": "22:00", "end": "08:00", "action": "charge" }],
        "target_soc": 90,
        "effective_from": "2026-03-16T00:00:00Z",
        "effective_until": "2026-03-31T00:00:00Z",
        "timezone": "Europe/London",
    });
    assert_eq!(desk.attempt("schedule", good.clone()).await, (200, 0));
    let slot = |changed: Value| {
        let mut slot = good["time_slots"][0].clone();
        for (name, value) in changed.as_object().unwrap() {
            slot[name] = value.clone();
        }
        json!({ "time_slots": [slot] })
    };
    for (change, code, field) in [
        (json!({ "schedule_id": null }), 1002, "schedule_id"),
        (json!({ "enabled": null }), 1002, "enabled"),
        (json!({ "enabled": "yes" }), 1001, "enabled"),
        (json!({ "type": null }), 1002, "type"),
        (json!({ "type": "yearly" }), 1001, "type"),
        (json!({ "time_slots": null }), 1002, "time_slots"),
        (json!({ "time_slots": [] }), 1001, "time_slots"),
        (json!({ "time_slots": [7] }), 1001, "time_slots"),
        (json!({ "target_soc": 101 }), 1001, "target_soc"),
        (json!({ "effective_from": "soon" }), 1001, "effective_from"),
        (
            json!({ "effective_until": "2026-03-16T00:00:00Z" }),
            1001,
            "effective_until",
        ),
        (json!({ "timezone": "Europe/Atlantis" }), 1001, "timezone"),
        (slot(json!({ "day_of_week": null })), 1002, "time_slots[0].day_of_week"),
        (slot(json!({ "day_of_week": [] })), 1002, "time_slots[0].day_of_week"),
        (
            slot(json!({ "day_of_week": ["monday"] })),
            1001,
            "time_slots[0].day_of_week",
        ),
        (slot(json!({ "start": "8:00" })), 1001, "time_slots[0].start"),
        (slot(json!({ "end": null })), 1002, "time_slots[0].end"),
        (slot(json!({ "end": "22:00" })), 1001, "time_slots[0].end"),
        (slot(json!({ "action": "dance" })), 1001, "time_slots[0].action"),
        (slot(json!({ "power_limit": 0 })), 1001, "time_slots[0].power_limit"),
    ] {
        let mut body = good.clone();
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let found = refusal(&desk, &desk.path("schedule"), &body).await;
        assert_eq!(found, (400, code, field.to_owned()), "{change}");
    }
    let mut gives = good.clone();
    gives["time_slots"][0]["action"] = json!("discharge");
    assert_eq!(desk.attempt("schedule", gives).await, (409, 4001));
}

#[tokio::test]
async fn flexibility_is_checked_down_to_its_params() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (0, 1)).await;
    let path = "/operator/control/flexibility";
    let limit = json!({ "power_limit_percent": 50, "duration": 600 });
    for (body, status, code, field) in [
        (json!({}), 400, 1002, "target_type"),
        (json!({ "target_type": "planet" }), 400, 1001, "target_type"),
        (
            json!({ "target_type": "site", "command": "set_power_limit", "params": limit }),
            400,
            1002,
            "target_ids",
        ),
        (
            json!({ "target_type": "operator", "target_ids": [] }),
            400,
            1002,
            "target_ids",
        ),
        (
            json!({ "target_type": "site", "target_ids": "site_1" }),
            400,
            1001,
            "target_ids",
        ),
        (json!({ "target_type": "all" }), 400, 1002, "command"),
        (json!({ "target_type": "all", "command": "dim" }), 400, 1001, "command"),
        (
            json!({ "target_type": "all", "command": "pause_charging" }),
            400,
            1002,
            "params",
        ),
        (
            json!({ "target_type": "all", "command": "pause_charging", "params": {} }),
            400,
            1002,
            "params.duration",
        ),
        (
            json!({ "target_type": "all", "command": "set_power_limit", "params": { "duration": 5 } }),
            400,
            1002,
            "params.power_limit_percent",
        ),
        (
            json!({ "target_type": "all", "command": "set_power_limit", "params": { "power_limit_percent": 101 } }),
            400,
            1001,
            "params.power_limit_percent",
        ),
        (
            json!({ "target_type": "site", "target_ids": ["site_x"], "command": "set_power_limit", "params": limit }),
            404,
            3001,
            "target_ids",
        ),
        (
            json!({ "target_type": "operator", "target_ids": ["op_x"], "command": "set_power_limit", "params": limit }),
            404,
            3001,
            "target_ids",
        ),
    ] {
        assert_eq!(
            refusal(&desk, path, &body).await,
            (status, code, field.to_owned()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (5, 3)).await;
    let known = sandbox.device_ids()[5].clone();
    for call in ["start", "stop", "discharge", "schedule"] {
        assert_eq!(desk.attempt(call, json!({})).await, (404, 3001), "{call}");
        let unknown = format!("/operator/devices/dvc_x/connectors/1/{call}");
        assert_eq!(desk.api.command(&unknown, &json!({})).await.1["code"], 3001);
        for number in ["0", "one", "-1"] {
            let odd = format!("/operator/devices/{known}/connectors/{number}/{call}");
            let found = refusal(&desk, &odd, &json!({})).await;
            assert_eq!(found, (400, 1001, "connector_id".to_owned()), "{odd}");
        }
    }
    assert_eq!(desk.api.outcome("/operator/commands/cmd_x").await, (404, 3001));
    // The wrong method is as good as a wrong path.
    assert_eq!(desk.api.outcome(&desk.path("start")).await, (404, 3001));
}
