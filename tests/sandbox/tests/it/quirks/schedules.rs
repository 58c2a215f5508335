use std::time::Duration;

use serde_json::{Value, json};
use tellus_sandbox::Sandbox;

use super::{connector, scene, turn};
use crate::support::Api;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A schedule with one slot, so weak that no vehicle is full before it ends.
fn schedule(kind: &str, mut slot: Value) -> Value {
    slot["action"] = json!("charge");
    slot["power_limit"] = json!(1);
    json!({ "schedule_id": "s", "enabled": true, "type": kind, "time_slots": [slot] })
}

/// Stores a schedule in the device at an index, and says what that device does after each of these spans.
async fn followed(sandbox: &Sandbox, api: &Api, index: usize, body: &Value, spans: &[Duration]) -> Vec<Value> {
    let (status, answer) = api.command(&connector(sandbox, index, "schedule"), body).await;
    assert_eq!(status, 200, "{answer}");
    let mut states = Vec::new();
    for span in spans {
        sandbox.advance(*span);
        let (_, device) = api
            .fetch(&format!("/operator/devices/{}", sandbox.device_ids()[index]))
            .await;
        states.push(device["data"]["connectors"][0]["status"].clone());
    }
    states
}

/// Index of a device at the site whose address ends so.
async fn device_in(sandbox: &Sandbox, api: &Api, country: &str) -> usize {
    let (_, page) = api.fetch("/operator/sites").await;
    let sites = page["data"]["items"].as_array().unwrap();
    let site = sites
        .iter()
        .find(|site| site["address"].as_str().unwrap().ends_with(country))
        .unwrap();
    for (index, id) in sandbox.device_ids().iter().enumerate() {
        let (_, device) = api.fetch(&format!("/operator/devices/{id}")).await;
        if device["data"]["site_id"] == site["site_id"] {
            return index;
        }
    }
    panic!("no device stands in {country}");
}

#[tokio::test]
async fn a_schedule_without_a_zone_by_every_rule() {
    // At noon in Berlin it is eleven by UTC.
    let noon = schedule("daily", json!({ "start": "12:30", "end": "13:00" }));
    let spans = [31 * MINUTE, HOUR, HOUR];
    for (words, expected) in [
        (&[][..], ["idle", "charging", "idle"]),
        (&[("schedule_zone", "site")][..], ["charging", "idle", "idle"]),
    ] {
        let (sandbox, api) = scene().await;
        turn(&sandbox, words).await;
        let berlin = device_in(&sandbox, &api, "Germany").await;
        assert_eq!(followed(&sandbox, &api, berlin, &noon, &spans).await, expected);
        // One that names its zone is left alone.
        let mut named = noon.clone();
        named["timezone"] = json!("America/Sao_Paulo");
        let states = followed(&sandbox, &api, berlin, &named, &[HOUR, HOUR + 10 * MINUTE]).await;
        assert_eq!(states, ["idle", "charging"], "{words:?}");
    }
}

#[tokio::test]
async fn a_night_by_every_rule() {
    let night = schedule(
        "weekly",
        json!({ "day_of_week": ["mon"], "start": "22:00", "end": "08:00" }),
    );
    // From Sunday 11:00: Sunday 23:00, Monday 01:00, 09:00, 23:00, Tuesday 01:00.
    let spans = [12 * HOUR, 2 * HOUR, 8 * HOUR, 14 * HOUR, 2 * HOUR];
    for (words, expected) in [
        (&[][..], ["idle", "idle", "idle", "charging", "charging"]),
        (
            &[("night_slots", "last_day")][..],
            ["charging", "charging", "idle", "idle", "idle"],
        ),
        (
            &[("night_slots", "each_day")][..],
            ["idle", "charging", "idle", "charging", "idle"],
        ),
    ] {
        let (sandbox, api) = scene().await;
        turn(&sandbox, words).await;
        assert_eq!(followed(&sandbox, &api, 1, &night, &spans).await, expected, "{words:?}");
    }
}
