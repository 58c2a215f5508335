//! Tests of the fleet as a whole.

use std::time::Duration;

use jiff::Timestamp;

use super::physics::WS_PER_KWH;
use super::session::Direction;
use super::{ConnectorState, Fleet, FrameConnector, Plan, Session};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

pub(super) fn plan(seed: u64) -> Plan {
    let start = Timestamp::from_second(1_800_000_000).unwrap();
    Plan {
        seed,
        sites: 3,
        devices_per_site: 4,
        history_days: 28,
        arrivals: true,
        start,
    }
}

/// All connectors of the fleet as a frame shows them.
pub(super) fn readings(fleet: &Fleet) -> Vec<(String, FrameConnector)> {
    let frames = fleet.chargers.iter().map(|charger| fleet.frame(charger, fleet.now()));
    frames
        .flat_map(|frame| {
            frame
                .connectors
                .into_iter()
                .map(move |one| (frame.device_id.clone(), one))
        })
        .collect()
}

#[test]
fn one_seed_one_fleet() {
    let (mut one, mut two, mut other) = (plan(5).build(), plan(5).build(), plan(6).build());
    for fleet in [&mut one, &mut two, &mut other] {
        fleet.advance(HOUR);
    }
    assert_eq!(readings(&one), readings(&two));
    assert_eq!(one.records.len(), two.records.len());
    assert_ne!(one.device_ids(), other.device_ids());
}

#[test]
fn portions_of_time_do_not_matter() {
    let (mut whole, mut pieces) = (plan(1).build(), plan(1).build());
    whole.advance(Duration::from_millis(1_000_250));
    for _ in 0..4001 {
        pieces.advance(Duration::from_millis(250));
    }
    assert_eq!(readings(&whole), readings(&pieces));
    assert_eq!(whole.now(), pieces.now());
}

#[test]
fn the_start_shows_every_state() {
    let fleet = plan(1).build();
    let states: Vec<&str> = readings(&fleet).iter().map(|(_, one)| one.state).collect();
    for wanted in ["idle", "charging", "discharging", "fault", "unavailable"] {
        assert!(states.contains(&wanted), "{wanted} in {states:?}");
    }
    assert!(
        states.iter().filter(|state| **state == "charging").count() >= 3,
        "{states:?}"
    );
    assert_eq!(fleet.chargers.iter().filter(|charger| charger.offline).count(), 1);
    assert!(
        fleet
            .device_ids()
            .iter()
            .all(|id| id.len() == 16 && id.starts_with("dvc_"))
    );
}

#[test]
fn energy_is_the_sum_of_power() {
    let mut fleet = plan(3).build();
    let mut sums = vec![0.0; readings(&fleet).len()];
    for _ in 0..3600 {
        let before = readings(&fleet);
        fleet.advance(SECOND);
        for ((sum, (_, before)), (_, after)) in sums.iter_mut().zip(before).zip(readings(&fleet)) {
            // Sessions that end or begin start from zero again.
            if before.state == after.state && before.state != "idle" {
                *sum += before.power / 3600.0;
            } else {
                *sum = 0.0;
            }
            assert!((after.energy_delivered - *sum).abs() < 1e-6, "{after:?} is not {sum}");
        }
    }
    assert!(
        sums.iter().any(|sum| *sum > 5.0) && sums.iter().any(|sum| *sum < -5.0),
        "{sums:?}"
    );
}

#[test]
fn between_two_steps_energy_grows_in_a_straight_line() {
    let mut fleet = plan(1).build();
    fleet.advance(Duration::from_secs(100));
    let before = readings(&fleet);
    fleet.advance(Duration::from_millis(500));
    for ((_, before), (_, after)) in before.iter().zip(readings(&fleet)) {
        let expected = before.energy_delivered + before.power * 0.5 / 3600.0;
        assert!((after.energy_delivered - expected).abs() < 2e-6);
        assert_eq!(before.power, after.power);
    }
}

#[test]
fn no_site_and_no_charger_draws_more_than_it_may() {
    let mut fleet = plan(2).build();
    let mut limited = false;
    for _ in 0..2000 {
        fleet.advance(Duration::from_secs(10));
        for site in &fleet.sites {
            let members = site.members.iter().map(|index| &fleet.chargers[*index]);
            let drawn: Vec<i64> = members
                .map(|charger| {
                    let sum: i64 = charger.connectors.iter().map(|one| one.power_w.max(0)).sum();
                    assert!(sum <= charger.model.rated_w);
                    sum
                })
                .collect();
            let total: i64 = drawn.iter().sum();
            assert!(total <= site.capacity_w, "{total} W at a site of {} W", site.capacity_w);
            limited |= total > site.capacity_w - 10;
        }
    }
    assert!(limited, "the limit was never felt, so this test shows nothing");
}

#[test]
fn sessions_end_become_records_and_new_ones_begin() {
    let mut fleet = plan(1).build();
    let past = fleet.records.len();
    fleet.advance(24 * HOUR);
    let new = fleet.records.len() - past;
    assert!(new > 10, "{new} records in a day");
    assert!(
        !fleet.records.begun(None, Some(fleet.start), None).is_empty(),
        "no new session came to its end"
    );
    let order: Vec<_> = fleet.records.all().iter().map(|record| record.place()).collect();
    assert!(order.is_sorted());
    let charging = readings(&fleet)
        .iter()
        .filter(|(_, one)| one.state == "charging")
        .count();
    assert!(charging > 0);
}

#[test]
fn records_add_up() {
    let fleet = plan(1).build();
    assert!(
        (1000..=3000).contains(&fleet.records.len()),
        "{} records",
        fleet.records.len()
    );
    let mut ids: Vec<&str> = fleet
        .records
        .all()
        .iter()
        .map(|record| record.record_id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), fleet.records.len());
    for record in fleet.records.all() {
        let view = serde_json::to_value(record.view()).unwrap();
        let number = |name: &str| view[name].as_f64().unwrap();
        let hours = record.end.duration_since(record.start).as_secs_f64() / 3600.0;
        assert!((number("avg_power") * hours - number("energy")).abs() < 0.02, "{view}");
        assert!(
            (number("meter_end") - number("meter_start") - number("energy")).abs() < 1e-5,
            "{view}"
        );
        assert!(number("max_power").abs() + 1e-9 >= number("avg_power").abs(), "{view}");
        assert_eq!(record.direction == Direction::Discharge, number("cost") < 0.0, "{view}");
        assert!(record.end < fleet.start);
    }
    assert!(
        fleet
            .records
            .all()
            .iter()
            .any(|record| record.direction == Direction::Discharge)
    );
}

#[test]
fn meters_run_on_from_record_to_record() {
    let mut fleet = plan(1).build();
    fleet.advance(24 * HOUR);
    for charger in &fleet.chargers {
        for connector in &charger.connectors {
            let of_this = |record: &&std::sync::Arc<super::Record>| {
                record.device_id == charger.id && record.connector_id == connector.id
            };
            let records: Vec<_> = fleet.records.all().iter().filter(of_this).collect();
            for pair in records.windows(2) {
                assert_eq!(pair[0].meter_start_ws + pair[0].energy_ws, pair[1].meter_start_ws);
                assert!(pair[0].end <= pair[1].start);
            }
        }
    }
}

#[test]
fn a_session_tapers_and_its_charge_follows_its_energy() {
    let mut random = crate::random::Random::new(9, &[]);
    let mut session = Session::charge(&mut random, 0);
    session.soc_target = 99.0;
    let model = super::catalog::model(5);
    let full = session.demand(&model);
    while session.soc() < 90.0 {
        session.book(session.demand(&model), 1);
    }
    let late = session.demand(&model);
    assert!(late < full * 6 / 10, "{late} W of {full} W");
    let percent = session.energy_ws as f64 / WS_PER_KWH * 1000.0 / session.vehicle.battery_wh * 100.0;
    assert!((session.soc() - session.soc_start - percent).abs() < 1e-9);
}

#[test]
fn device_details_fit_together() {
    let mut fleet = plan(1).build();
    fleet.advance(HOUR / 4);
    let mut seen = 0;
    for (index, charger) in fleet.chargers.iter().enumerate() {
        let view = serde_json::to_value(fleet.device_view(index)).unwrap();
        for connector in view["connectors"].as_array().unwrap() {
            let number = |name: &str| connector[name].as_f64().unwrap();
            let phases = if charger.model.name == "TP-AC22" { 3.0 } else { 1.0 };
            let product = phases * number("voltage") * number("current") / 1000.0;
            assert!((product - number("power")).abs() < 0.002, "{connector}");
            assert!((0.0..65.0).contains(&number("temperature")), "{connector}");
            if connector["status"] == "charging" {
                seen += 1;
                assert!(number("power") > 0.0 && connector["soc"].is_u64(), "{connector}");
            }
        }
    }
    assert!(seen > 0);
    let site = fleet.site_view(&fleet.sites[0]);
    let summed: u64 = site["status_summary"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert!(summed <= site["total_connectors"].as_u64().unwrap());
    assert_eq!(fleet.chargers[0].connectors[0].state(), ConnectorState::Discharging);
}
