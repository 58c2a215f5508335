//! Tests of commands as a part of the fleet.

use std::time::Duration;

use serde_json::{Map, Value};

use super::command::Status;
use super::tests::{plan, readings};
use super::{Action, Fate, Fleet};

fn start(limit_w: i64, duration: i64) -> Action {
    Action::Start {
        limit_w: Some(limit_w),
        duration: Some(duration),
        target_soc: None,
    }
}

fn status(fleet: &Fleet, id: &str) -> (Status, Option<Value>) {
    let command = fleet.commands.find(id).unwrap();
    (command.status, command.result.clone())
}

/// A free connector.
fn free(fleet: &Fleet) -> (usize, usize) {
    let all = fleet.chargers.iter().enumerate();
    all.flat_map(|(charger, one)| (0..one.connectors.len()).map(move |connector| (charger, connector)))
        .find(|at| fleet.objection(*at, &start(1, 1)).is_none() && !fleet.chargers[at.0].offline)
        .unwrap()
}

#[test]
fn portions_of_time_do_not_matter_to_commands_either() {
    let (mut whole, mut pieces) = (plan(1).build(), plan(1).build());
    let at = free(&whole);
    let mut ids = Vec::new();
    for fleet in [&mut whole, &mut pieces] {
        fleet.advance(Duration::from_millis(400));
        let pause = Action::Limit {
            sites: vec![0],
            percent: 30,
            duration: 500,
        };
        ids.push((
            fleet.issue(Some(at), start(5000, 600), Map::new(), Fate::Open),
            fleet.issue(None, pause, Map::new(), Fate::Open),
        ));
    }
    assert_eq!(ids[0], ids[1]);
    whole.advance(Duration::from_millis(700_250));
    for _ in 0..2801 {
        pieces.advance(Duration::from_millis(250));
    }
    assert_eq!(readings(&whole), readings(&pieces));
    assert_eq!(status(&whole, &ids[0].0), status(&pieces, &ids[0].0));
    assert_eq!(status(&whole, &ids[0].1).0, Status::Completed);
}

#[test]
fn a_queued_start_keeps_the_connector_free_for_it() {
    let mut fleet = plan(1).build();
    let at = free(&fleet);
    let id = fleet.issue(Some(at), start(5000, 60), Map::new(), Fate::Stuck);
    fleet.advance(Duration::from_secs(24 * 3600));
    assert_eq!(status(&fleet, &id).0, Status::Queued);
    assert!(
        fleet.chargers[at.0].connectors[at.1].session.is_none(),
        "nobody came in between"
    );
    assert!(fleet.objection(at, &start(1, 1)).is_some());
}

#[test]
fn ten_thousand_commands_are_remembered() {
    let mut fleet = plan(1).build();
    let stop = |fleet: &mut Fleet| fleet.issue(Some((0, 0)), Action::Stop, Map::new(), Fate::Refused("no".to_owned()));
    let first = stop(&mut fleet);
    for _ in 0..10_000 {
        stop(&mut fleet);
    }
    fleet.advance(Duration::from_secs(2));
    assert_eq!(status(&fleet, &first).0, Status::Rejected);
}
