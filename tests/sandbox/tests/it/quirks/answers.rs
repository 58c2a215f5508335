use serde_json::{Value, json};
use tellus_sandbox::FaultKind;

use super::{charge, connector, scene, turn};
use crate::support::{Api, frame, json as json_of, open};

/// Names of the sites of a list, and their states.
async fn sites(api: &Api, query: &str) -> Vec<(String, Value)> {
    let (status, page) = api.fetch(&format!("/operator/sites{query}")).await;
    assert_eq!(status, 200, "{page}");
    let items = page["data"]["items"].as_array().unwrap();
    let named = items
        .iter()
        .map(|site| (site["site_id"].as_str().unwrap().to_owned(), site["status"].clone()));
    named.collect()
}

#[tokio::test]
async fn sites_may_have_a_status() {
    let (sandbox, api) = scene().await;
    let all = sites(&api, "").await;
    assert!(all.iter().all(|site| site.1.is_null()));
    for id in sandbox.device_ids() {
        if device(&api, &id).await["site_id"] == all[1].0.as_str() {
            sandbox.inject(FaultKind::DeviceOffline {
                device: id,
                cleared: false,
            });
        }
    }
    assert_eq!(sites(&api, "?status=active").await.len(), all.len());
    turn(&sandbox, &[("site_status", "shown")]).await;
    assert_eq!(
        sites(&api, "?status=inactive").await,
        [(all[1].0.clone(), json!("inactive"))]
    );
    let active = sites(&api, "?status=active").await;
    assert_eq!(active.len(), all.len() - 1);
    assert!(active.iter().all(|site| site.1 == "active"));
    assert_eq!(sites(&api, "").await.len(), all.len());
}

async fn device(api: &Api, id: &str) -> Value {
    let (status, mut answer) = api.fetch(&format!("/operator/devices/{id}")).await;
    assert_eq!(status, 200, "{answer}");
    answer["data"].take()
}

#[tokio::test]
async fn ids_of_both_kinds_name_the_same_things() {
    let (sandbox, api) = scene().await;
    let plain = sandbox.device_ids();
    turn(&sandbox, &[("ids", "uuid")]).await;
    let ids = sandbox.device_ids();
    assert!(ids.iter().all(|id| id.len() == 36) && ids.len() == plain.len());
    assert_eq!(device(&api, &plain[1]).await, device(&api, &ids[1]).await);
    assert_eq!(device(&api, &plain[1]).await["device_id"], ids[1].as_str());
    let fleet = api.http.get(format!("http://{}/_sandbox/fleet", sandbox.address()));
    assert_eq!(
        json_of(fleet.send().await.unwrap()).await["devices"][1]["device_id"],
        ids[1].as_str()
    );
    // Frames, commands, records and sites.
    let mut socket = open(&sandbox, Some(&api.token), &format!("devices={}", ids[1]))
        .await
        .unwrap();
    assert_eq!(frame(&mut socket).await["device_id"], ids[1].as_str());
    let (_, order) = api.command(&connector(&sandbox, 1, "start"), &json!({})).await;
    let command = order["data"]["command_id"].as_str().unwrap();
    let (status, told) = api.fetch(&format!("/operator/commands/{command}")).await;
    assert_eq!((status, &told["data"]["command_id"]), (200, &json!(command)));
    assert_eq!(command.len(), 36);
    let (_, page) = api
        .fetch(&format!("/operator/charging-records?device_id={}", ids[1]))
        .await;
    let record = &page["data"]["items"][0];
    assert_eq!(
        (&record["device_id"], record["record_id"].as_str().unwrap().len()),
        (&json!(ids[1]), 36)
    );
    let (_, sites) = api.fetch("/operator/sites").await;
    let site = sites["data"]["items"][0]["site_id"].as_str().unwrap().to_owned();
    let range = "granularity=day&start_time=2026-03-14T00:00:00Z&end_time=2026-03-15T00:00:00Z";
    let energy = format!("/operator/aggregated/energy?{range}&site_ids={site}");
    assert_eq!((site.len(), api.outcome(&energy).await), (36, (200, 0)));
}

#[tokio::test]
async fn pages_are_clamped_and_bare() {
    let (sandbox, api) = scene().await;
    let wanted = "/operator/charging-records?size=500";
    assert_eq!(api.outcome(wanted).await, (400, 1001));
    turn(&sandbox, &[("large_page", "clamped")]).await;
    let (_, page) = api.fetch(wanted).await;
    assert_eq!(
        (&page["data"]["size"], api.outcome("/operator/sites?size=101").await),
        (&json!(100), (200, 0))
    );
    turn(&sandbox, &[("page_fields", "items_only")]).await;
    let (_, page) = api.fetch("/operator/sites").await;
    let fields: Vec<&String> = page["data"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["items"]);
}

#[tokio::test]
async fn times_are_written_in_every_way() {
    let (sandbox, api) = scene().await;
    let ids = sandbox.device_ids();
    let mut socket = open(&sandbox, Some(&api.token), &format!("devices={}", ids[0]))
        .await
        .unwrap();
    for (switch, end, length) in [
        (("timestamps", "seconds"), "Z", 20),
        (("timestamps", "microseconds"), "Z", 27),
        (("timestamps", "offset"), "+00:00", 29),
    ] {
        turn(&sandbox, &[switch]).await;
        // One frame may be on its way.
        frame(&mut socket).await;
        frame(&mut socket).await;
        let (_, sites) = api.fetch("/operator/sites").await;
        for time in [
            &frame(&mut socket).await["timestamp"],
            &device(&api, &ids[0]).await["last_heartbeat"],
            &sites["data"]["items"][0]["created_at"],
        ] {
            let text = time.as_str().unwrap();
            assert!(text.ends_with(end) && text.len() == length, "{switch:?}: {text}");
            let at: jiff::Timestamp = text.parse().unwrap();
            assert!(at.as_second() <= sandbox.now().as_second() + 1);
        }
    }
}

#[tokio::test]
async fn a_device_with_a_fault_may_say_so() {
    let (sandbox, api) = scene().await;
    let id = &sandbox.device_ids()[0];
    sandbox.inject(FaultKind::ConnectorFault {
        device: id.clone(),
        connector: 1,
        fault_code: "F-0411".to_owned(),
        cleared: false,
    });
    assert_eq!(device(&api, id).await["status"], "online");
    turn(&sandbox, &[("device_status", "with_fault")]).await;
    assert_eq!(device(&api, id).await["status"], "fault");
    assert_eq!(device(&api, &sandbox.device_ids()[1]).await["status"], "online");
}

#[tokio::test]
async fn states_by_other_names_and_words() {
    let (sandbox, api) = scene().await;
    charge(&sandbox, &api, 1).await;
    let id = &sandbox.device_ids()[1];
    let told = async || device(&api, id).await["connectors"].clone();
    turn(&sandbox, &[("details_state", "state")]).await;
    let connectors = told().await;
    assert_eq!(
        (&connectors[0]["state"], connectors[0].get("status")),
        (&json!("charging"), None)
    );
    for (switch, first, second) in [
        (("states", "preparing"), "charging", "preparing"),
        (("states", "capitalized"), "Charging", "Idle"),
    ] {
        turn(&sandbox, &[switch]).await;
        let connectors = told().await;
        assert_eq!(
            (&connectors[0]["status"], &connectors[1]["status"]),
            (&json!(first), &json!(second))
        );
    }
}

#[tokio::test]
async fn the_state_of_charge_in_every_form() {
    let (sandbox, api) = scene().await;
    charge(&sandbox, &api, 1).await;
    let id = &sandbox.device_ids()[1];
    let told = async || {
        let connectors = device(&api, id).await["connectors"].clone();
        (connectors[0].get("soc").cloned(), connectors[1].get("soc").cloned())
    };
    let (whole, nobody) = told().await;
    let whole = whole.unwrap().as_u64().unwrap();
    assert_eq!(nobody, None);
    turn(&sandbox, &[("soc", "fraction")]).await;
    let exact = told().await.0.unwrap().as_f64().unwrap();
    assert!(exact.fract() != 0.0 && exact.floor() as u64 == whole, "{exact} {whole}");
    turn(&sandbox, &[("soc", "null")]).await;
    assert_eq!(told().await, (Some(Value::Null), None));
    turn(&sandbox, &[("soc", "missing"), ("absent_soc", "null")]).await;
    assert_eq!(told().await, (None, Some(Value::Null)));
}

#[tokio::test]
async fn fields_that_nobody_has_heard_of() {
    let (sandbox, api) = scene().await;
    turn(&sandbox, &[("unknown_fields", "present")]).await;
    let (_, sites) = api.fetch("/operator/sites").await;
    let (_, refused) = api.fetch("/operator/sites?page=0").await;
    let query = format!("devices={}", sandbox.device_ids()[0]);
    let mut socket = open(&sandbox, Some(&api.token), &query).await.unwrap();
    let frame = frame(&mut socket).await;
    for object in [
        &sites,
        &sites["data"]["items"][0],
        &refused["details"],
        &frame,
        &frame["connectors"][0],
    ] {
        assert_eq!(object["x_sandbox_text"], "not in the schema");
    }
}
