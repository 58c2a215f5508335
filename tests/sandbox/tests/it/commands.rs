use serde_json::{Value, json};
use tellus_sandbox::{Options, Scope};

use crate::desk::Desk;
use crate::support::{Api, frame, obedient, open, requests, still};

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("{name} in {value}"))
}

#[tokio::test]
async fn a_start_charges_until_its_time_is_over_and_leaves_a_record() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (1, 2)).await;
    assert_eq!(desk.connector().await["status"], "idle");
    let id = desk
        .order(
            "start",
            json!({ "charge_power": 7.0, "duration": 3600, "transaction_id": "txn_1" }),
        )
        .await;
    let queued = desk.state(&id).await;
    assert_eq!((&queued["status"], queued.get("result")), (&json!("queued"), None));
    assert_eq!(desk.connector().await["status"], "idle");

    desk.pass(1);
    let accepted = desk.state(&id).await;
    assert_eq!(accepted["status"], "accepted");
    assert!(accepted["updated_at"].as_str() > accepted["created_at"].as_str());
    let charging = desk.connector().await;
    assert_eq!(
        (&charging["status"], number(&charging, "power")),
        (&json!("charging"), 7.0)
    );
    let mut socket = open(
        &sandbox,
        Some(&desk.api.token),
        &format!("devices={}", sandbox.device_ids()[1]),
    )
    .await
    .unwrap();
    let telemetry = frame(&mut socket).await;
    assert_eq!(
        (
            &telemetry["connectors"][1]["state"],
            &telemetry["connectors"][1]["power"]
        ),
        (&json!("charging"), &json!(7.0))
    );

    desk.pass(1800);
    assert!((number(&desk.connector().await, "energy_delivered") - 3.5).abs() < 0.01);
    assert_eq!(desk.state(&id).await["status"], "accepted");
    desk.pass(1800);
    let done = desk.state(&id).await;
    assert_eq!(
        (&done["status"], &done["result"]),
        (&json!("completed"), &json!({ "energy_delivered": 7.0 }))
    );
    assert_eq!(desk.connector().await["status"], "idle");
    let record = desk.record().await;
    assert_eq!((number(&record, "energy"), number(&record, "avg_power")), (7.0, 7.0));
    assert!(
        record["start_time"]
            .as_str()
            .unwrap()
            .starts_with("2026-03-15T11:00:01")
    );
}

#[tokio::test]
async fn a_start_ends_at_its_target_or_when_the_vehicle_is_full() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (2, 1)).await;
    for (body, soc) in [(json!({ "target_soc": 80 }), 80), (Value::Null, 100)] {
        // No body at all is fine, too.
        let text = if body.is_null() { json!({}) } else { body };
        let id = desk.order("start", text).await;
        desk.pass(8 * 3600);
        let done = desk.state(&id).await;
        assert_eq!(done["status"], "completed", "{done}");
        assert!(number(&done["result"], "energy_delivered") > 1.0);
        let record = desk.record().await;
        assert_eq!(record["vehicle_info"]["soc_end"], soc);
        assert_eq!(record["energy"], done["result"]["energy_delivered"]);
    }
    // The same vehicle was there all the time, and it is full.
    let id = desk.order("start", json!({})).await;
    desk.pass(3);
    assert_eq!(desk.state(&id).await["result"], json!({ "energy_delivered": 0.0 }));
}

#[tokio::test]
async fn a_stop_ends_the_charge_and_both_commands() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (5, 1)).await;
    assert_eq!(desk.attempt("stop", json!({})).await, (409, 4001));
    let start = desk.order("start", json!({ "charge_power": 36 })).await;
    desk.pass(101);
    // In use: by a session, whatever began it.
    assert_eq!(desk.attempt("start", json!({})).await, (409, 4001));
    let stop = desk.order("stop", json!({ "reason": "user_request" })).await;
    desk.pass(1);
    assert_eq!(desk.state(&stop).await["status"], "accepted");
    desk.pass(1);
    for id in [&start, &stop] {
        let done = desk.state(id).await;
        assert_eq!(
            (&done["status"], &done["result"]),
            (&json!("completed"), &json!({ "energy_delivered": 1.02 }))
        );
    }
    assert_eq!(desk.connector().await["status"], "idle");
    assert_eq!(number(&desk.record().await, "energy"), 1.02);

    // A start that is still on its way occupies the connector, and can be stopped.
    let start = desk.order("start", json!({})).await;
    assert_eq!(desk.attempt("start", json!({})).await, (409, 4001));
    let stop = desk.order("stop", json!({})).await;
    desk.pass(3);
    assert_eq!(desk.state(&start).await["status"], "completed");
    assert_eq!(desk.state(&stop).await["status"], "completed");
}

#[tokio::test]
async fn vehicles_give_back_down_to_the_floor() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (0, 1)).await;
    let id = desk
        .order("discharge", json!({ "discharge_power": 50, "min_soc": 60 }))
        .await;
    desk.pass(1);
    let giving = desk.connector().await;
    assert_eq!(
        (&giving["status"], number(&giving, "power")),
        (&json!("discharging"), -50.0)
    );
    desk.pass(6 * 3600);
    let done = desk.state(&id).await;
    assert_eq!(done["status"], "completed");
    assert!(number(&done["result"], "energy_delivered") < -10.0);
    let record = desk.record().await;
    assert!(number(&record, "energy") < -10.0 && number(&record, "cost") < 0.0);
    assert!(
        [59, 60].contains(&record["vehicle_info"]["soc_end"].as_u64().unwrap()),
        "{record}"
    );

    // The vehicle is still there, and at its floor.
    let again = desk
        .order("discharge", json!({ "discharge_power": 50, "min_soc": 60 }))
        .await;
    desk.pass(2);
    let failed = desk.state(&again).await;
    assert_eq!(failed["status"], "failed");
    assert_eq!(
        failed["result"],
        json!({ "reason": "soc_floor", "fault_code": "F-0702" })
    );
    // Its battery can go on to a lower floor, for ten minutes.
    let more = desk
        .order("discharge", json!({ "discharge_power": 6.0, "duration": 600 }))
        .await;
    desk.pass(601);
    assert_eq!(desk.state(&more).await["result"], json!({ "energy_delivered": -1.0 }));
    // Hardware of another kind cannot.
    let other = Desk::new(&sandbox, (5, 1)).await;
    assert_eq!(
        other.attempt("discharge", json!({ "discharge_power": 5 })).await,
        (409, 4001)
    );
}

#[tokio::test]
async fn control_has_a_quota_of_its_own_and_needs_the_write_scope() {
    let sandbox = still(Options::default());
    let reader = Api::with(&sandbox, Scope::Read).await;
    let desk = Desk::new(&sandbox, (2, 1)).await;
    let (status, body) = reader.command(&desk.path("start"), &json!({})).await;
    assert_eq!(
        (status, &body["code"], &body["details"]["scope"]),
        (403, &json!(2003), &json!("write"))
    );
    assert_eq!(reader.command("/operator/control/flexibility", &json!({})).await.0, 403);
    assert_eq!(reader.outcome("/operator/commands/cmd_none").await, (404, 3001));

    let limited = tellus_sandbox::Sandbox::start(Options {
        control_per_minute: 2,
        query_per_minute: 1,
        ..obedient()
    })
    .unwrap();
    let desk = Desk::new(&limited, (2, 1)).await;
    let id = desk.order("start", json!({})).await;
    desk.order("stop", json!({})).await;
    assert_eq!(desk.attempt("stop", json!({})).await, (429, 5001));
    // Following a command is a query.
    desk.state(&id).await;
    assert_eq!(desk.api.outcome(&format!("/operator/commands/{id}")).await, (429, 5001));
}

#[tokio::test]
async fn the_journal_keeps_the_bodies_of_control_calls_without_secrets() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (5, 1)).await;
    let body = json!({ "target_soc": 70, "transaction_id": "txn", "nested": { "api_secret": "hush" } });
    desk.order("start", body).await;
    desk.attempt("start", json!([1])).await;
    let entries = requests(&sandbox);
    assert_eq!(entries[0].body, None);
    assert_eq!(
        entries[1].body,
        Some(json!({ "target_soc": 70, "transaction_id": "txn", "nested": { "api_secret": "***" } }))
    );
    assert_eq!((&entries[2].body, entries[2].code), (&Some(json!([1])), Some(1001)));
}
