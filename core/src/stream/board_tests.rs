use super::*;
use crate::stream::columns::{CONNECTOR, FIRST, POWER, STATE};

const CHARGING: u8 = 1;
const IDLE: u8 = 0;
const SECOND: i64 = 1_000_000;
const RULE: Staleness = Staleness {
    factor: 5,
    minimum: Duration::from_secs(10),
};

fn frame(timestamp: i64, connectors: &[(u32, u8, f64)]) -> Columns {
    let mut columns = Columns::default();
    for (index, (connector, state, power)) in connectors.iter().enumerate() {
        columns.push(Row {
            device: 7,
            timestamp,
            received_at: timestamp,
            connector: *connector,
            state: *state,
            power: *power,
            energy_delivered: 0.0,
            soc: 0.0,
            flags: READING | CONNECTOR | STATE | POWER | if index == 0 { FIRST } else { 0 },
        });
    }
    columns
}

fn observe(board: &mut Board, frame: &Columns, now: i64) -> Seen {
    board.observe(frame, 0, frame.len(), now)
}

#[test]
fn only_the_very_same_readings_are_a_duplicate() {
    let mut board = Board::default();
    let one = |power, timestamp| frame(timestamp, &[(1, CHARGING, power)]);
    assert_eq!(observe(&mut board, &one(1.0, 5), 1), Seen::New);
    assert_eq!(observe(&mut board, &one(1.0, 5), 2), Seen::Duplicate);
    assert_ne!(
        observe(&mut board, &one(2.0, 5), 3),
        Seen::Duplicate,
        "same time, other reading"
    );
    assert_ne!(
        observe(&mut board, &one(2.0, 6), 4),
        Seen::Duplicate,
        "same reading, later"
    );
    let other = frame(6, &[(2, CHARGING, 2.0)]);
    assert_ne!(
        observe(&mut board, &other, 5),
        Seen::Duplicate,
        "a frame for each connector"
    );
    assert_eq!(observe(&mut board, &other, 6), Seen::Duplicate);
    assert_eq!(observe(&mut board, &one(2.0, 6), 7), Seen::Duplicate);
}

#[test]
fn the_newest_reading_of_each_connector_stands_also_when_frames_come_out_of_order() {
    let mut board = Board::default();
    let connectors: Vec<_> = (1..=4).map(|n| (n, CHARGING, f64::from(n))).collect();
    observe(&mut board, &frame(10, &connectors), 1);
    observe(&mut board, &frame(20, &[(3, CHARGING, 33.0)]), 2);
    observe(&mut board, &frame(15, &[(3, CHARGING, 0.0), (4, CHARGING, 44.0)]), 3);
    let snapshot = board.snapshot([7]);
    assert_eq!(snapshot.power, [1.0, 2.0, 33.0, 44.0]);
    assert_eq!(snapshot.timestamp, [10, 10, 20, 15]);
    assert_eq!(snapshot.flags.iter().filter(|flags| **flags & FIRST != 0).count(), 3);
    assert!(board.snapshot([0, 9]).is_empty());
}

#[test]
fn a_device_falls_silent_after_its_own_cadence_and_only_while_it_is_active() {
    let mut board = Board::default();
    let silent = |board: &mut Board, now| board.fallen_silent([7].into_iter(), RULE, now * SECOND);
    for second in 1..20 {
        observe(&mut board, &frame(second, &[(1, CHARGING, 1.0)]), 4 * second * SECOND);
    }
    assert!(
        silent(&mut board, 95).is_empty(),
        "last at 76, every 4 s, five times that"
    );
    assert_eq!(silent(&mut board, 97), [7]);
    assert!(silent(&mut board, 200).is_empty(), "named once");
    observe(&mut board, &frame(201, &[(1, IDLE, 0.0)]), 201 * SECOND);
    assert!(silent(&mut board, 9000).is_empty(), "an idle charger may be silent");
    observe(&mut board, &frame(9001, &[(1, CHARGING, 0.0)]), 9001 * SECOND);
    assert_eq!(silent(&mut board, 9022), [7], "the silence itself was not learned");
}

#[test]
fn a_device_that_reported_once_gets_a_minute() {
    let mut board = Board::default();
    observe(&mut board, &frame(1, &[(1, CHARGING, 1.0)]), SECOND);
    assert!(board.fallen_silent([7].into_iter(), RULE, 60 * SECOND).is_empty());
    assert_eq!(board.fallen_silent([7].into_iter(), RULE, 62 * SECOND), [7]);
}

#[test]
fn what_waits_is_delivered_once_and_in_its_newest_form() {
    let mut board = Board::default();
    observe(&mut board, &frame(1, &[(1, CHARGING, 1.0), (2, CHARGING, 2.0)]), 1);
    assert!(board.await_delivery(7));
    assert_eq!(observe(&mut board, &frame(2, &[(2, CHARGING, 3.0)]), 2), Seen::Instead);
    assert!(!board.await_delivery(7));
    let mut out = Columns::default();
    board.deliver(7, &mut out);
    assert_eq!(out.power, [1.0, 3.0]);
    board.deliver(7, &mut out);
    assert_eq!(out.len(), 2);
    assert_eq!(observe(&mut board, &frame(3, &[(1, CHARGING, 4.0)]), 3), Seen::New);
}

#[test]
fn a_cadence_of_hours_is_learned_as_well() {
    const HOUR: i64 = 3600 * SECOND;
    let mut board = Board::default();
    for count in 1..5 {
        observe(&mut board, &frame(count, &[(1, CHARGING, 1.0)]), 2 * count * HOUR);
    }
    let mut silent = |hour| board.fallen_silent([7].into_iter(), RULE, hour * HOUR);
    assert!(silent(17).is_empty(), "last at 8, every 2 hours, five times that");
    assert_eq!(silent(19), [7]);
}

#[test]
fn a_frame_that_names_no_connector_is_delivered_unless_a_reading_waits() {
    let bare = |timestamp| {
        let mut columns = frame(timestamp, &[(0, 0, 0.0)]);
        columns.flags[0] = FIRST;
        columns
    };
    let mut board = Board::default();
    let mut out = Columns::default();
    assert_eq!(observe(&mut board, &bare(5), 1), Seen::New);
    assert!(board.await_delivery(7));
    board.deliver(7, &mut out);
    assert_eq!(out, bare(5));
    observe(&mut board, &frame(6, &[(1, CHARGING, 1.0)]), 2);
    observe(&mut board, &bare(7), 3);
    assert!(board.await_delivery(7));
    board.deliver(7, &mut out);
    assert_eq!((out.timestamp, out.power), (vec![5, 6], vec![0.0, 1.0]));
    assert_eq!(board.snapshot([7]).len(), 1, "it is no reading");
}
