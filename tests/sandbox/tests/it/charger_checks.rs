//! What the charger side refuses, and why.

use std::time::Duration;

use serde_json::{Value, json};
use tellus_sandbox::{FaultKind, Options, Sandbox};

use crate::charger::{AT, Charger, heartbeat, register, registration, telemetry};
use crate::support::{Api, obedient, still};

fn refusal((status, answer): &(u16, Value)) -> (u16, u64, &str) {
    let field = answer["details"]["field"].as_str().unwrap_or_default();
    (*status, answer["code"].as_u64().unwrap(), field)
}

#[tokio::test]
async fn a_serial_number_is_registered_once() {
    let sandbox = still(obedient());
    let (status, answer) = register(&sandbox, &registration("SN1")).await;
    assert_eq!((status, &answer["data"]["expires_in"]), (200, &json!(86_400)));
    assert_eq!(
        refusal(&register(&sandbox, &registration("SN1")).await),
        (409, 4001, "")
    );
    for name in ["sn", "model", "manufacturer", "firmware_version"] {
        for (value, code) in [(Value::Null, 1002), (json!(7), 1001), (json!(""), 1001)] {
            let mut body = registration("SN2");
            body[name] = value;
            assert_eq!(refusal(&register(&sandbox, &body).await), (400, code, name));
        }
    }
}

#[tokio::test]
async fn each_report_is_checked_field_by_field() {
    let sandbox = still(obedient());
    let charger = Charger::new(&sandbox, "SN1").await;
    let event = json!({ "timestamp": AT, "event_type": "alarm", "connector_id": 1, "data": {} });
    let record = json!({ "record_id": "r", "connector_id": 1, "start_time": AT, "end_time": "2026-03-15T12:00:00Z",
        "energy": 1, "max_power": 1, "avg_power": 1, "meter_start": 1, "meter_end": 2 });
    let status = json!({ "command_id": "c", "status": "accepted", "timestamp": AT });
    let firmware = json!({ "firmware_version": "2", "status": "upgrading" });
    let reading = telemetry(1, "idle", 0.0);
    let all = [
        (
            "heartbeat",
            heartbeat("online"),
            &["timestamp", "status", "fault_code"][..],
        ),
        (
            "telemetry",
            reading,
            &[
                "timestamp",
                "connector_id",
                "state",
                "voltage",
                "current",
                "power",
                "energy_delivered",
            ],
        ),
        ("events", event, &["timestamp", "event_type", "connector_id", "data"]),
        (
            "charging-records",
            record,
            &[
                "record_id",
                "connector_id",
                "start_time",
                "end_time",
                "energy",
                "max_power",
                "avg_power",
                "meter_start",
                "meter_end",
            ],
        ),
        ("command-status", status, &["command_id", "status", "timestamp"]),
        ("firmware/status", firmware, &["firmware_version", "status"]),
    ];
    for (call, good, fields) in &all {
        for name in *fields {
            // No field of any call takes a list.
            for (value, code) in [(Value::Null, 1002), (json!([]), 1001)] {
                sandbox.advance(Duration::from_secs(61));
                let mut body = good.clone();
                body[name] = value;
                assert_eq!(refusal(&charger.post(call, &body).await), (400, code, *name), "{call}");
            }
        }
    }
    for (call, name, value) in [
        ("heartbeat", "status", json!("asleep")),
        ("telemetry", "state", json!("unavailable")),
        ("telemetry", "connector_id", json!(0)),
        ("telemetry", "connector_id", json!(65)),
        ("telemetry", "soc", json!(101)),
        ("telemetry", "phase_details", json!("x")),
        ("charging-records", "end_time", json!(AT)),
        ("command-status", "status", json!("queued")),
    ] {
        sandbox.advance(Duration::from_secs(61));
        let mut body = all.iter().find(|one| one.0 == call).unwrap().1.clone();
        body[name] = value;
        assert_eq!(refusal(&charger.post(call, &body).await), (400, 1001, name), "{call}");
    }
    sandbox.advance(Duration::from_secs(61));
    for (query, code, name) in [
        ("wait=5", 1002, "connector_id"),
        ("connector_id=x", 1001, "connector_id"),
        ("connector_id=1&wait=0", 1001, "wait"),
        ("connector_id=1&wait=61", 1001, "wait"),
    ] {
        assert_eq!(refusal(&charger.poll(query).await), (400, code, name));
    }
}

#[tokio::test]
async fn tokens_open_their_own_side_only() {
    let sandbox = still(obedient());
    let mut charger = Charger::new(&sandbox, "SN1").await;
    let mut api = Api::new(&sandbox).await;
    let (of_charger, of_operator) = (charger.token.clone(), api.token.clone());
    assert_eq!(refusal(&charger.token("sk_guess").await), (401, 2001, ""));
    for (token, expected) in [(of_operator, (403, 2003)), ("eyJ".to_owned(), (401, 2001))] {
        charger.token = token;
        let answer = charger.post("heartbeat", &heartbeat("online")).await;
        assert_eq!((answer.0, answer.1["code"].as_u64().unwrap()), expected);
    }
    api.token.clone_from(&of_charger);
    assert_eq!(api.outcome("/operator/sites").await, (403, 2003));
    charger.token = of_charger;
    charger.beat().await;
    sandbox.inject(FaultKind::ExpireTokens {});
    assert_eq!(
        refusal(&charger.post("heartbeat", &heartbeat("online")).await),
        (401, 2002, "")
    );
}

#[tokio::test]
async fn chargers_have_limits_of_their_own() {
    // Not `still`: it lifts nothing here, but its clock hardly moves between two calls.
    let sandbox: Sandbox = still(Options {
        device_per_second: 2,
        device_per_minute: 3,
        ..obedient()
    });
    let charger = Charger::new(&sandbox, "SN1").await;
    for (call, body) in [
        ("heartbeat", heartbeat("online")),
        ("telemetry", telemetry(1, "idle", 0.0)),
    ] {
        // A call in between cannot come to the aid of the third: the window is longer than three calls take.
        let mut outcomes = Vec::new();
        for _ in 0..40 {
            outcomes.push(charger.post(call, &body).await.0);
        }
        assert!(outcomes.contains(&429) && outcomes[..2] == [200, 200], "{outcomes:?}");
        sandbox.advance(Duration::from_secs(1));
        assert_eq!(charger.post(call, &body).await.0, 200);
    }
    // The token was the first of three.
    let event = json!({ "timestamp": AT, "event_type": "alarm", "connector_id": 1, "data": {} });
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(charger.post("events", &event).await);
    }
    assert_eq!([outcomes[0].0, outcomes[1].0, outcomes[2].0], [200, 200, 429]);
    assert_eq!(outcomes[2].1["code"], 5001);
    assert!(outcomes[2].1["details"]["retry_after_seconds"].as_u64().unwrap() > 50);
    sandbox.advance(Duration::from_secs(61));
    charger.report("events", &event).await;
}
