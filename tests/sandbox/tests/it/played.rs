//! A charger played from outside, seen from the operator's side.

use std::time::Duration;

use serde_json::{Value, json};
use tellus_sandbox::{JournalEvent, Sandbox};

use crate::charger::{AT, Charger, heartbeat, registration, telemetry};
use crate::support::{Api, frame, obedient, open, still};

async fn details(api: &Api, charger: &Charger) -> Value {
    let (status, mut answer) = api.fetch(&format!("/operator/devices/{}", charger.device_id)).await;
    assert_eq!(status, 200, "{answer}");
    answer["data"].take()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[tokio::test]
async fn what_a_charger_uploads_goes_over_the_operators_stream() {
    let sandbox = still(obedient());
    let charger = Charger::new(&sandbox, "SN1").await;
    let api = Api::new(&sandbox).await;
    assert_eq!(charger.beat().await, [json!(null); 0]);
    let query = format!("devices={}", charger.device_id);
    let mut socket = open(&sandbox, Some(&api.token), &query).await.unwrap();
    charger.report("telemetry", &telemetry(1, "charging", 7.04)).await;
    let expected = json!({
        "device_id": charger.device_id, "timestamp": AT,
        "connectors": [{ "connector_id": 1, "state": "charging", "power": 7.04, "energy_delivered": 12.3, "soc": 55 }],
    });
    assert_eq!(frame(&mut socket).await, expected);
    // Nothing is made up in between: the next frame is the next upload.
    let mut next = telemetry(2, "discharging", -3.5);
    next["timestamp"] = json!("2026-03-15T11:00:10Z");
    next["soc"] = Value::Null;
    charger.report("telemetry", &next).await;
    let second = frame(&mut socket).await;
    assert_eq!(second["timestamp"], "2026-03-15T11:00:10.000Z");
    assert_eq!(second["connectors"][0], expected["connectors"][0]);
    let discharging = json!({ "connector_id": 2, "state": "discharging", "power": -3.5, "energy_delivered": 12.3 });
    assert_eq!(second["connectors"][1], discharging);
}

#[tokio::test]
async fn the_details_of_a_device_are_what_its_charger_said() {
    let sandbox = still(obedient());
    let charger = Charger::new(&sandbox, "SN1").await;
    let api = Api::new(&sandbox).await;
    charger.beat().await;
    charger.report("telemetry", &telemetry(1, "charging", 7.04)).await;
    let device = details(&api, &charger).await;
    for (name, value) in registration("SN1").as_object().unwrap() {
        assert_eq!(&device[name], value);
    }
    assert_eq!(device["status"], "online");
    let mut connector = telemetry(1, "charging", 7.04);
    let fields = connector.as_object_mut().unwrap();
    for (from, to) in [("state", "status"), ("timestamp", "last_telemetry_time")] {
        let value = fields.remove(from).unwrap();
        fields.insert(to.to_owned(), value);
    }
    assert_eq!(device["connectors"], json!([connector]));
    // A fault shows at once, new telemetry ends it, and new firmware is told.
    let event = json!({ "timestamp": AT, "event_type": "fault", "connector_id": 1, "data": { "fault_code": 1001 } });
    charger.report("events", &event).await;
    assert_eq!(details(&api, &charger).await["connectors"][0]["status"], "fault");
    charger.report("telemetry", &telemetry(1, "idle", 0.0)).await;
    assert_eq!(details(&api, &charger).await["connectors"][0]["status"], "idle");
    for (status, version) in [("downloading", "2.1.0"), ("success", "2.2.0")] {
        let report = json!({ "firmware_version": "2.2.0", "status": status, "progress": 45 });
        charger.report("firmware/status", &report).await;
        assert_eq!(details(&api, &charger).await["firmware_version"], version);
    }
}

#[tokio::test]
async fn a_charger_that_is_not_heard_of_goes_off_line() {
    let sandbox = still(obedient());
    let (beating, mute) = (Charger::new(&sandbox, "SN1").await, Charger::new(&sandbox, "SN2").await);
    let api = Api::new(&sandbox).await;
    let told = async |charger: &Charger| {
        let device = details(&api, charger).await;
        (device["status"].clone(), device["connectors"][0]["status"].clone())
    };
    let (on_line, off_line) = (
        (json!("online"), json!("idle")),
        (json!("offline"), json!("unavailable")),
    );
    sandbox.advance(seconds(50));
    assert_eq!(told(&mute).await, on_line);
    beating.beat().await;
    sandbox.advance(seconds(10));
    assert_eq!(
        (told(&beating).await, told(&mute).await),
        (on_line.clone(), off_line.clone())
    );
    let heard = details(&api, &beating).await["last_heartbeat"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(heard.starts_with("2026-03-15T11:00:5"), "{heard}");
    // Telemetry is no heartbeat; a heartbeat brings it back, and one that says so takes it off at once.
    mute.report("telemetry", &telemetry(1, "idle", 0.0)).await;
    assert_eq!(told(&mute).await, off_line);
    mute.beat().await;
    assert_eq!(told(&mute).await, on_line);
    mute.report("heartbeat", &heartbeat("offline")).await;
    assert_eq!(told(&mute).await, off_line);
}

#[tokio::test]
async fn a_charger_of_the_fleet_can_be_taken_over() {
    let sandbox = still(obedient());
    let api = Api::new(&sandbox).await;
    let fleet = api.http.get(format!("http://{}/_sandbox/fleet", sandbox.address()));
    let fleet = crate::support::json(fleet.send().await.unwrap()).await;
    let one = &fleet["devices"][1];
    assert_eq!(one["outside"], false);
    let text = |name: &str| one[name].as_str().unwrap().to_owned();
    let start = format!("/operator/devices/{}/connectors/1/start", text("device_id"));
    assert_eq!(api.command(&start, &json!({})).await.0, 200);
    sandbox.advance(seconds(10));
    let (_, before) = api.fetch(&format!("/operator/devices/{}", text("device_id"))).await;
    assert_eq!(before["data"]["connectors"][0]["status"], "charging");

    let charger = Charger::with(&sandbox, text("device_id"), text("device_secret")).await;
    assert_eq!(
        crate::charger::register(&sandbox, &registration(&text("sn"))).await.0,
        409
    );
    charger.beat().await;
    sandbox.advance(seconds(30));
    let after = details(&api, &charger).await;
    assert_eq!(
        (&after["connectors"][0]["status"], &after["model"]),
        (&json!("idle"), &one["model"])
    );
    // The session that was simulated has left its record.
    let (_, page) = api
        .fetch(&format!(
            "/operator/charging-records?device_id={}&size=1",
            charger.device_id
        ))
        .await;
    assert_eq!(
        page["data"]["items"][0]["start_time"].as_str().unwrap()[..16],
        *"2026-03-15T11:00"
    );
}

fn record(id: &str, energy: f64) -> Value {
    json!({
        "record_id": id, "connector_id": 1, "start_time": "2026-03-15T09:00:00.000Z",
        "end_time": "2026-03-15T10:30:00.000Z", "energy": energy, "max_power": 7.2, "avg_power": 6.8, "cost": 12.16,
        "meter_start": 12345.6, "meter_end": 12360.8,
        "vehicle_info": { "vin": "LVXFA394XJ1234567", "soc_start": 20, "soc_end": 90 },
    })
}

/// Energy charged and given back at all sites in the hours of the records.
async fn energy(api: &Api) -> (f64, f64) {
    let range = "start_time=2026-03-15T09:00:00Z&end_time=2026-03-15T11:00:00Z";
    let (_, answer) = api
        .fetch(&format!("/operator/aggregated/energy?granularity=hour&{range}"))
        .await;
    let total = |name: &str| answer["data"]["total"][name].as_f64().unwrap();
    (total("charge_energy"), total("discharge_energy"))
}

#[tokio::test]
async fn uploaded_records_are_listed_and_counted() {
    let sandbox = still(obedient());
    let charger = Charger::new(&sandbox, "SN1").await;
    let api = Api::new(&sandbox).await;
    let before = energy(&api).await;
    charger.report("charging-records", &record("rec_in", 15.2)).await;
    // The same once more is the same record; another under its id is a conflict, from whomever.
    charger.report("charging-records", &record("rec_in", 15.2)).await;
    let other = Charger::new(&sandbox, "SN2").await;
    for (who, energy) in [(&charger, 15.3), (&other, 15.2)] {
        let (status, answer) = who.post("charging-records", &record("rec_in", energy)).await;
        assert_eq!((status, &answer["code"]), (409, &json!(4001)));
    }
    charger.report("charging-records", &record("rec_out", -4.0)).await;
    let (_, page) = api
        .fetch(&format!("/operator/charging-records?device_id={}", charger.device_id))
        .await;
    assert_eq!(page["data"]["total"], 2);
    for (item, (id, energy)) in page["data"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .zip([("rec_out", -4.0), ("rec_in", 15.2)])
    {
        let mut expected = record(id, energy);
        expected["device_id"] = json!(charger.device_id);
        assert_eq!(*item, expected);
    }
    let after = energy(&api).await;
    assert!(
        (after.0 - before.0 - 15.2).abs() < 1e-5 && (after.1 - before.1 - 4.0).abs() < 1e-5,
        "{before:?} {after:?}"
    );
}

#[tokio::test]
async fn the_journal_says_what_a_charger_sent_and_keeps_its_secrets() {
    let sandbox: Sandbox = still(obedient());
    let charger = Charger::new(&sandbox, "SN1").await;
    charger.report("telemetry", &telemetry(1, "charging", 7.04)).await;
    let journal = sandbox.journal();
    let text = serde_json::to_string(&journal).unwrap();
    assert!(!text.contains(&charger.secret) && !text.contains(&charger.token));
    let JournalEvent::Request(last) = &journal.last().unwrap().event else {
        panic!("{journal:?}")
    };
    assert_eq!(last.path, "/v1/device/telemetry");
    assert_eq!(last.client_id.as_ref(), Some(&charger.device_id));
    assert_eq!(last.body, Some(telemetry(1, "charging", 7.04)));
}
