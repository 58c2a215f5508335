use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tellus_sandbox::Options;

use super::{charge, connector, scene, scene_with, turn};
use crate::support::{Api, obedient};

/// The records of a query, newest first unless a switch says otherwise.
async fn records(api: &Api, query: &str) -> Vec<Value> {
    let (status, mut page) = api.fetch(&format!("/operator/charging-records?size=100&{query}")).await;
    assert_eq!(status, 200, "{page}");
    let items: Vec<Value> = serde_json::from_value(page["data"]["items"].take()).unwrap();
    assert_eq!(page["data"]["total"], items.len());
    items
}

/// So little history that all records fit on one page.
fn one_day() -> Options {
    Options {
        history_days: 1,
        ..obedient()
    }
}

fn time(record: &Value, name: &str) -> Timestamp {
    record[name].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_range_of_records_by_every_rule() {
    let (sandbox, api) = scene_with(one_day()).await;
    let all = records(&api, "").await;
    let one = &all[3];
    let (start, end) = (time(one, "start_time"), time(one, "end_time"));
    let has = async |from: Timestamp, until: Timestamp| {
        let connector = format!("&connector_id={}", one["connector_id"]);
        let mut found = Vec::new();
        for more in ["", connector.as_str()] {
            let device = one["device_id"].as_str().unwrap();
            let query = format!("device_id={device}&start_time={from}&end_time={until}{more}");
            found.push(records(&api, &query).await.contains(one));
        }
        assert_eq!(found[0], found[1]);
        found[0]
    };
    let (minute, middle) = (SignedDuration::from_mins(1), start + end.duration_since(start) / 2);
    assert!(has(start, end).await && !has(middle, end).await && !has(start - minute, start).await);
    turn(&sandbox, &[("record_range", "by_overlap")]).await;
    assert!(has(middle, end).await && has(start - minute, middle).await);
    assert!(!has(end, end + minute).await && !has(start - minute, start).await);
    turn(&sandbox, &[("range_end", "included")]).await;
    assert!(has(start - minute, start).await && !has(middle, end).await);
}

#[tokio::test]
async fn records_in_the_other_order() {
    let (sandbox, api) = scene_with(one_day()).await;
    let mut newest_first = records(&api, "").await;
    turn(&sandbox, &[("record_order", "oldest_first")]).await;
    newest_first.reverse();
    assert_eq!(records(&api, "").await, newest_first);
    let of_one = records(&api, "connector_id=2").await;
    assert!(
        of_one
            .windows(2)
            .all(|pair| time(&pair[0], "start_time") <= time(&pair[1], "start_time"))
    );
}

#[tokio::test]
async fn a_session_under_way_may_have_a_record() {
    let (sandbox, api) = scene_with(one_day()).await;
    charge(&sandbox, &api, 1).await;
    let device = format!("device_id={}", sandbox.device_ids()[1]);
    let closed = records(&api, &device).await;
    assert!(closed.iter().all(|record| record["end_time"].is_string()));
    turn(&sandbox, &[("open_sessions", "listed")]).await;
    let all = records(&api, &device).await;
    assert_eq!((&all[1..], all.len()), (&closed[..], closed.len() + 1));
    assert!(records(&api, "").await.contains(&all[0]));
    for missing in ["end_time", "meter_end", "cost"] {
        assert_eq!(all[0].get(missing), None);
    }
    assert!(all[0]["energy"].as_f64().unwrap() > 0.0);
    // By its beginning it is in no later range, but it lasts into each.
    let begun = time(&all[0], "start_time");
    let later = format!("{device}&start_time={}", begun + SignedDuration::from_secs(10));
    let earlier = format!("{device}&end_time={begun}");
    assert_eq!(records(&api, &later).await, [json!(null); 0]);
    assert!(!records(&api, &earlier).await.contains(&all[0]));
    assert_eq!(records(&api, &format!("{device}&start_time={begun}")).await, all[..1]);
    turn(&sandbox, &[("open_sessions", "listed"), ("record_range", "by_overlap")]).await;
    assert_eq!(records(&api, &later).await, all[..1]);
    // The record of the whole session is the same one.
    assert_eq!(api.command(&connector(&sandbox, 1, "stop"), &json!({})).await.0, 200);
    sandbox.advance(std::time::Duration::from_secs(5));
    let after = records(&api, &device).await;
    assert_eq!((after.len(), &after[0]["record_id"]), (all.len(), &all[0]["record_id"]));
    assert!(after[0]["end_time"].is_string() && after[0]["meter_start"] == all[0]["meter_start"]);
}

/// The energy series of two days, by hours.
async fn series(api: &Api) -> Vec<Value> {
    let range = "start_time=2026-03-13T00:00:00Z&end_time=2026-03-16T00:00:00Z";
    let path = format!("/operator/aggregated/energy?granularity=hour&group_by=site&{range}");
    let (_, mut answer) = api.fetch(&path).await;
    serde_json::from_value(answer["data"]["series"].take()).unwrap()
}

#[tokio::test]
async fn series_with_groups_holes_and_full_labels() {
    let (sandbox, api) = scene().await;
    let plain = series(&api).await;
    assert_eq!(plain.len(), 72);
    turn(&sandbox, &[("energy_groups", "by_site")]).await;
    let grouped = series(&api).await;
    assert!(grouped.len() == 3 * 72 && grouped.iter().all(|point| point["site_id"].is_string()));
    turn(&sandbox, &[("empty_buckets", "omitted")]).await;
    let filled = series(&api).await;
    let empty = |point: &Value| point["charge_energy"] == 0.0 && point["discharge_energy"] == 0.0;
    assert!(!filled.is_empty() && filled.len() < 72 && !filled.iter().any(empty));
    turn(&sandbox, &[("bucket_labels", "timestamp")]).await;
    let range = "start_time=2026-02-10T00:00:00Z&end_time=2026-03-16T00:00:00Z";
    let (_, months) = api
        .fetch(&format!("/operator/aggregated/energy?granularity=month&{range}"))
        .await;
    assert_eq!(months["data"]["series"][1]["time"], json!("2026-03-01T00:00:00Z"));
}

#[tokio::test]
async fn a_series_in_the_zone_of_its_site() {
    let (sandbox, api) = scene().await;
    let (_, page) = api.fetch("/operator/sites").await;
    let sites = page["data"]["items"].as_array().unwrap();
    let german = |site: &&Value| site["address"].as_str().unwrap().ends_with("Germany");
    let berlin = sites.iter().find(german).unwrap()["site_id"].as_str().unwrap();
    let series = async |granularity: &str, site: &str| {
        // Three days in Berlin, of which the second has 23 hours.
        let range = "start_time=2026-03-27T23:00:00Z&end_time=2026-03-30T22:00:00Z";
        let path = format!("/operator/aggregated/energy?granularity={granularity}&{range}{site}");
        let (status, answer) = api.fetch(&path).await;
        assert_eq!(status, 200, "{answer}");
        let points = answer["data"]["series"].as_array().unwrap().clone();
        points
            .into_iter()
            .map(|mut point| point["time"].take())
            .collect::<Vec<_>>()
    };
    let there = format!("&site_ids={berlin}");
    assert_eq!(series("day", &there).await.len(), 4);
    turn(&sandbox, &[("bucket_zone", "local")]).await;
    assert_eq!(series("day", &there).await, ["2026-03-28", "2026-03-29", "2026-03-30"]);
    let hours = series("hour", &there).await;
    assert_eq!(hours.len(), 71);
    assert_eq!(
        [&hours[25], &hours[26]],
        ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]
    );
    // Without sites the first one's zone counts, which is London's.
    let london = series("hour", "").await;
    assert_eq!(london[0], "2026-03-27T23:00:00+00:00");
}
