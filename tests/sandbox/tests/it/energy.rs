use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use tellus_sandbox::quirk::{EmptyBuckets, EnergyGroups};
use tellus_sandbox::{Options, Quirks, Scope};

use crate::support::{Api, json, post, sandbox, still};

async fn every_record(api: &Api) -> Vec<Value> {
    let mut records = Vec::new();
    for page in 1.. {
        let path = format!("/operator/charging-records?size=100&page={page}");
        let items = api.fetch(&path).await.1["data"]["items"].as_array().unwrap().clone();
        if items.is_empty() {
            break;
        }
        records.extend(items);
    }
    records
}

async fn energy(api: &Api, query: &str) -> Value {
    let (status, body) = api.fetch(&format!("/operator/aggregated/energy?{query}")).await;
    assert_eq!(status, 200, "{body}");
    body["data"].clone()
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn sum(series: &Value, name: &str) -> f64 {
    series.as_array().unwrap().iter().map(|point| number(point, name)).sum()
}

#[tokio::test]
async fn series_add_up_to_the_records() {
    let sandbox = still(Options::default());
    // So that sessions which ended while the sandbox runs are among them.
    sandbox.advance(Duration::from_secs(20 * 3600));
    let api = Api::new(&sandbox).await;
    let records = every_record(&api).await;
    let energies = || records.iter().map(|record| number(record, "energy"));
    let charged: f64 = energies().filter(|energy| *energy > 0.0).sum();
    let given: f64 = -energies().filter(|energy| *energy < 0.0).sum::<f64>();
    assert!(charged > 1000.0 && given > 100.0);
    assert!(
        records
            .iter()
            .any(|record| record["end_time"].as_str().unwrap() > "2026-03-15T20")
    );

    for (granularity, count, first) in [
        ("hour", 1224, "2026-01-25T00:00:00Z"),
        ("day", 51, "2026-01-25"),
        ("month", 3, "2026-01"),
    ] {
        let range = "start_time=2026-01-25T00:00:00Z&end_time=2026-03-17T00:00:00Z";
        let data = energy(&api, &format!("granularity={granularity}&{range}")).await;
        let series = data["series"].as_array().unwrap();
        assert_eq!((series.len(), &series[0]["time"]), (count, &json!(first)));
        assert!(
            series
                .windows(2)
                .all(|pair| pair[0]["time"].as_str() < pair[1]["time"].as_str())
        );
        for (name, expected) in [("charge_energy", charged), ("discharge_energy", given)] {
            // Each point is rounded to a milliwatt-hour.
            assert!(
                (sum(&data["series"], name) - expected).abs() < 0.01,
                "{granularity} {name}"
            );
            assert!((number(&data["total"], name) - expected).abs() < 0.01);
        }
        let mut largest: f64 = 0.0;
        for point in series {
            assert!(
                number(point, "max_power") + 0.001 >= number(point, "avg_power"),
                "{point}"
            );
            largest = largest.max(number(point, "max_power"));
        }
        assert_eq!(number(&data["total"], "max_power"), largest);
    }
}

#[tokio::test]
async fn a_cut_through_a_bucket_loses_nothing() {
    let sandbox = still(Options::default());
    let api = Api::new(&sandbox).await;
    let of = async |from: &str, until: &str| {
        let query = format!("granularity=day&start_time={from}&end_time={until}");
        let total = energy(&api, &query).await["total"].clone();
        number(&total, "charge_energy") + number(&total, "discharge_energy")
    };
    let (begin, middle, end) = (
        "2026-03-01T07:31:07Z",
        "2026-03-08T19:12:33.250Z",
        "2026-03-10T00:00:00Z",
    );
    let whole = of(begin, end).await;
    assert!(whole > 0.0);
    assert!((of(begin, middle).await + of(middle, end).await - whole).abs() < 0.001);
}

#[tokio::test]
async fn sites_can_be_picked_and_grouped() {
    let range = "start_time=2026-03-01T00:00:00Z&end_time=2026-03-15T00:00:00Z";
    let sandbox = still(Options::default());
    let api = Api::new(&sandbox).await;
    let sites = api.fetch("/operator/sites").await.1["data"]["items"].clone();
    let ids: Vec<&str> = sites
        .as_array()
        .unwrap()
        .iter()
        .map(|site| site["site_id"].as_str().unwrap())
        .collect();
    let mut of_site = HashMap::new();
    for id in &ids {
        let data = energy(&api, &format!("granularity=month&{range}&site_ids={id}")).await;
        of_site.insert(*id, number(&data["total"], "charge_energy"));
    }
    let all = energy(&api, &format!("granularity=month&{range}")).await;
    assert!((of_site.values().sum::<f64>() - number(&all["total"], "charge_energy")).abs() < 1e-4);
    let two = energy(
        &api,
        &format!("granularity=month&{range}&site_ids={},{},{}", ids[0], ids[1], ids[0]),
    )
    .await;
    let expected = of_site[ids[0]] + of_site[ids[1]];
    assert!((number(&two["total"], "charge_energy") - expected).abs() < 1e-4);
    // Unless it is told otherwise, grouping changes nothing: the schema has no key for it.
    for group in ["site", "operator"] {
        assert_eq!(
            energy(&api, &format!("granularity=month&{range}&group_by={group}")).await,
            all
        );
    }

    let grouping = still(Options {
        quirks: Quirks {
            energy_groups: EnergyGroups::BySite,
            empty_buckets: EmptyBuckets::Omitted,
            ..Quirks::default()
        },
        ..Options::default()
    });
    let api = Api::new(&grouping).await;
    let data = energy(&api, &format!("granularity=month&{range}&group_by=site")).await;
    let series = data["series"].as_array().unwrap();
    assert_eq!(series.len(), ids.len());
    for point in series {
        assert!((number(point, "charge_energy") - of_site[point["site_id"].as_str().unwrap()]).abs() < 1e-5);
    }
    // Before the history there is nothing, and empty buckets are left out.
    let early = "start_time=2020-03-01T00:00:00Z&end_time=2020-03-05T00:00:00Z";
    let data = energy(&api, &format!("granularity=hour&{early}")).await;
    assert_eq!(data["series"], json!([]));
}

#[tokio::test]
async fn parameters_are_checked_by_name() {
    let sandbox = still(Options::default());
    let api = Api::new(&sandbox).await;
    let day = "start_time=2026-03-01T00:00:00Z&end_time=2026-03-02T00:00:00Z";
    for (query, code, field) in [
        (day.to_owned(), 1002, "granularity"),
        (
            "granularity=day&end_time=2026-03-02T00:00:00Z".to_owned(),
            1002,
            "start_time",
        ),
        (
            "granularity=day&start_time=2026-03-02T00:00:00Z".to_owned(),
            1002,
            "end_time",
        ),
        (format!("granularity=week&{day}"), 1001, "granularity"),
        (format!("granularity=day&group_by=device&{day}"), 1001, "group_by"),
        (
            "granularity=day&start_time=yesterday&end_time=2026-03-02T00:00:00Z".to_owned(),
            1001,
            "start_time",
        ),
        (
            "granularity=day&start_time=2026-03-02T00:00:00Z&end_time=2026-03-02T00:00:00Z".to_owned(),
            1001,
            "end_time",
        ),
        (
            "granularity=hour&start_time=2010-03-02T00:00:00Z&end_time=2026-03-02T00:00:00Z".to_owned(),
            1001,
            "end_time",
        ),
    ] {
        let (status, body) = api.fetch(&format!("/operator/aggregated/energy?{query}")).await;
        assert_eq!(
            (status, &body["code"], &body["details"]["field"]),
            (400, &json!(code), &json!(field)),
            "{query}"
        );
    }
    let unknown = format!("/operator/aggregated/energy?granularity=day&{day}&site_ids=site_x");
    assert_eq!(api.outcome(&unknown).await, (404, 3001));
    let nobody = Api::with(&sandbox, Scope::None).await;
    assert_eq!(nobody.outcome("/operator/aggregated/energy").await, (403, 2003));
}

#[tokio::test]
async fn a_year_of_records_is_read_as_fast_as_a_day() {
    let begun = Instant::now();
    let sandbox = still(Options {
        history_days: 366,
        ..Options::default()
    });
    let built = begun.elapsed();
    let api = Api::new(&sandbox).await;
    let device = &sandbox.device_ids()[1];
    let total = api.fetch("/operator/charging-records?size=1").await.1["data"]["total"]
        .as_u64()
        .unwrap();
    assert!(total > 15_000, "{total}");
    // Several for each connector and day, both connectors of a two-connector device, and a charger that feeds back.
    let month = "start_time=2026-02-01T00:00:00Z&end_time=2026-03-01T00:00:00Z";
    for connector in 1..=2 {
        let path = format!("/operator/charging-records?device_id={device}&connector_id={connector}&{month}");
        assert!(api.fetch(&path).await.1["data"]["total"].as_u64().unwrap() > 56);
    }
    // Side by side with a past of three days, so that a busy machine slows both down.
    let short = still(Options {
        history_days: 3,
        ..Options::default()
    });
    let other = Api::new(&short).await;
    for query in [
        "size=20".to_owned(),
        "size=20&page=2".to_owned(),
        format!("size=20&device_id={device}"),
    ] {
        let path = format!("/operator/charging-records?{query}");
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..40 {
            for (times, api) in times.iter_mut().zip([&api, &other]) {
                let asked = Instant::now();
                assert_eq!(api.outcome(&path).await, (200, 0));
                times.push(asked.elapsed());
            }
        }
        let [long, short] = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        });
        assert!(
            long < short * 3 + Duration::from_millis(2),
            "{path}: {long:?} and {short:?}"
        );
    }
    assert!(built < Duration::from_secs(20), "{built:?}");
}

#[tokio::test]
async fn the_last_record_is_there_as_soon_as_its_session_ends() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let clock = format!("http://{}/_sandbox/clock", sandbox.address());
    let newest = async || api.fetch("/operator/charging-records?size=1").await.1["data"]["items"][0].clone();
    let before = newest().await;
    json(post(&api.http, &clock, &json!({ "advance_seconds": 6 * 3600 })).await).await;
    let after = newest().await;
    let end: Timestamp = after["end_time"].as_str().unwrap().parse().unwrap();
    assert!(after["start_time"].as_str() > before["start_time"].as_str());
    assert!(end <= sandbox.now());
}
