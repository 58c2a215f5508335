use serde_json::{Value, json};
use tellus_sandbox::FaultKind;

use super::{charge, connector, scene, turn};
use crate::support::{Socket, frame, open, until};

/// The first frame that the switches have had their say in. Earlier ones may be on their way.
async fn settled(socket: &mut Socket, done: impl Fn(&Value) -> bool) -> Value {
    loop {
        let frame = frame(socket).await;
        if done(&frame) {
            return frame;
        }
    }
}

#[tokio::test]
async fn one_frame_for_each_connector() {
    let (sandbox, api) = scene().await;
    let id = &sandbox.device_ids()[1];
    let mut socket = open(&sandbox, Some(&api.token), &format!("devices={id}"))
        .await
        .unwrap();
    let whole = frame(&mut socket).await;
    assert_eq!(whole["connectors"].as_array().unwrap().len(), 2);
    turn(&sandbox, &[("frames", "per_connector")]).await;
    let first = settled(&mut socket, |frame| frame["connectors"].as_array().unwrap().len() == 1).await;
    let second = frame(&mut socket).await;
    assert_eq!(
        [
            &first["connectors"][0]["connector_id"],
            &second["connectors"][0]["connector_id"]
        ],
        [1, 2]
    );
    assert_eq!(
        (&first["timestamp"], &first["device_id"]),
        (&second["timestamp"], &json!(id))
    );
}

#[tokio::test]
async fn states_in_frames_by_other_names_and_words() {
    let (sandbox, api) = scene().await;
    let query = format!("devices={}", sandbox.device_ids()[1]);
    let mut socket = open(&sandbox, Some(&api.token), &query).await.unwrap();
    turn(
        &sandbox,
        &[
            ("frame_state", "status"),
            ("states", "preparing"),
            ("absent_soc", "null"),
        ],
    )
    .await;
    let told = settled(&mut socket, |frame| frame["connectors"][0].get("status").is_some()).await;
    assert_eq!(told["connectors"][0]["status"], "preparing");
    assert_eq!(told["connectors"][0].get("state"), None);
    assert_eq!(told["connectors"][0].get("soc"), Some(&Value::Null));
}

#[tokio::test]
async fn signs_of_what_is_given_back() {
    let (sandbox, api) = scene().await;
    let discharge = connector(&sandbox, 0, "discharge");
    assert_eq!(api.command(&discharge, &json!({ "discharge_power": 9 })).await.0, 200);
    sandbox.advance(std::time::Duration::from_secs(600));
    let id = &sandbox.device_ids()[0];
    let mut socket = open(&sandbox, Some(&api.token), &format!("devices={id}"))
        .await
        .unwrap();
    let signs = |one: &Value| {
        (
            one["power"].as_f64().unwrap() < 0.0,
            one["energy_delivered"].as_f64().unwrap() < 0.0,
        )
    };
    assert_eq!(signs(&frame(&mut socket).await["connectors"][0]), (true, true));
    for (switch, expected) in [
        (("discharge_sign", "power_only"), (true, false)),
        (("discharge_sign", "positive"), (false, false)),
    ] {
        turn(&sandbox, &[switch]).await;
        settled(&mut socket, |frame| signs(&frame["connectors"][0]) == expected).await;
        let (_, device) = api.fetch(&format!("/operator/devices/{id}")).await;
        assert_eq!(signs(&device["data"]["connectors"][0]), expected);
        let records = format!("/operator/charging-records?device_id={id}&size=100");
        let (_, page) = api.fetch(&records).await;
        let items = page["data"]["items"].as_array().unwrap();
        // Income stays negative: that is documented.
        let given: Vec<&Value> = items.iter().filter(|one| one["cost"].as_f64().unwrap() < 0.0).collect();
        assert!(!given.is_empty() && given.iter().all(|one| one["energy"].as_f64().unwrap() > 0.0));
        assert!(
            given
                .iter()
                .all(|one| (one["max_power"].as_f64().unwrap() < 0.0) == expected.0)
        );
    }
}

#[tokio::test]
async fn devices_that_say_nothing() {
    let (sandbox, api) = scene().await;
    let ids = sandbox.device_ids();
    charge(&sandbox, &api, 1).await;
    sandbox.inject(FaultKind::DeviceOffline {
        device: ids[2].clone(),
        cleared: false,
    });
    let query = format!("devices={},{},{}", ids[1], ids[2], ids[3]);
    for (words, silent) in [
        (&[("idle_frames", "withheld")][..], vec![&ids[3]]),
        (&[("offline_frames", "withheld")][..], vec![&ids[2]]),
    ] {
        turn(&sandbox, words).await;
        let mut socket = open(&sandbox, Some(&api.token), &query).await.unwrap();
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push(frame(&mut socket).await["device_id"].as_str().unwrap().to_owned());
        }
        let missing: Vec<&String> = ids[1..4].iter().filter(|id| !seen.contains(id)).collect();
        assert_eq!(missing, silent);
        drop(socket);
        until(|| sandbox.open_streams() == 0).await;
    }
}

#[tokio::test]
async fn an_unknown_device_may_be_left_out() {
    let (sandbox, api) = scene().await;
    let id = &sandbox.device_ids()[0];
    let query = format!("devices=dvc_x,{id}");
    assert_eq!(open(&sandbox, Some(&api.token), &query).await.err().unwrap().0, 404);
    turn(&sandbox, &[("unknown_device", "ignored")]).await;
    let mut socket = open(&sandbox, Some(&api.token), &query).await.unwrap();
    for _ in 0..3 {
        assert_eq!(frame(&mut socket).await["device_id"], id.as_str());
    }
}

#[tokio::test]
async fn a_stream_of_no_device_may_be_one_of_all() {
    let (sandbox, api) = scene().await;
    for query in ["", "devices=", "devices=,"] {
        assert_eq!(open(&sandbox, Some(&api.token), query).await.err().unwrap().0, 400);
    }
    turn(&sandbox, &[("no_devices", "all")]).await;
    let mut socket = open(&sandbox, Some(&api.token), "").await.unwrap();
    let mut missing = sandbox.device_ids();
    while !missing.is_empty() {
        let seen = frame(&mut socket).await;
        missing.retain(|id| seen["device_id"] != id.as_str());
    }
}
