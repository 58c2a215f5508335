use super::*;
use crate::stream::{columns::Row, gap::Observed};

fn frame(device: u32, timestamp: i64, flags: u8) -> Columns {
    let mut columns = Columns::default();
    columns.push(Row {
        device,
        timestamp,
        received_at: timestamp + 1,
        connector: 0,
        state: 0,
        power: 0.0,
        energy_delivered: 0.0,
        soc: 0.0,
        flags: FIRST | flags,
    });
    columns
}

fn names() -> Names {
    Names {
        devices: std::sync::Arc::new(["a", "b"].into_iter().collect()),
        ..Names::default()
    }
}

/// Cause, last and next frame (the chargers' clock), frames dropped, whether it lasts.
fn brief(gap: &Gap) -> (&'static str, Option<i64>, Option<i64>, u64, bool) {
    let time = |observed: Option<Observed>| observed.map(|observed| observed.timestamp.as_microsecond());
    (
        gap.cause.name(),
        time(gap.last),
        time(gap.next),
        gap.dropped,
        gap.is_open(),
    )
}

#[test]
fn a_gap_runs_from_the_last_delivered_frame_to_the_next() {
    let mut ledger = Ledger::new(10, true);
    ledger.unobserved(&[0, 1], GapCause::Connecting, 100);
    assert_eq!(ledger.delivered(&frame(0, 110, 0), 112), 1);
    ledger.delivered(&frame(0, 120, 0), 122);
    ledger.unobserved(&[0, 1], GapCause::Reconnect, 130);
    ledger.delivered(&frame(0, 140, 0), 142);
    let gaps = ledger.gaps(&names());
    assert_eq!(
        gaps.iter().map(brief).collect::<Vec<_>>(),
        [
            ("connecting", None, Some(110), 0, false),
            ("connecting", None, None, 0, true),
            ("reconnect", Some(120), Some(140), 0, false),
        ],
        "the second device goes on not being observed, for the first cause"
    );
    assert_eq!(gaps[2].next.unwrap().received_at.as_microsecond(), 141);
    assert_eq!(gaps[2].closed_at.unwrap().as_microsecond(), 142);
    let news = ledger.take_news(&names());
    assert_eq!(news.len(), 5, "three opened, two closed");
    assert!(!ledger.has_news());
    assert_eq!(ledger.counts(), (1, 0));
}

#[test]
fn dropped_frames_make_a_gap_and_are_counted() {
    let mut ledger = Ledger::new(10, true);
    ledger.delivered(&frame(0, 1, 0), 1);
    for _ in 0..3 {
        ledger.dropped(0, 5);
    }
    ledger.delivered(&frame(0, 9, 0), 9);
    assert_eq!(
        brief(&ledger.gaps(&names())[0]),
        ("dropped", Some(1), Some(9), 3, false)
    );
    assert_eq!(ledger.drops(&names()), HashMap::from([("a".to_owned(), 3)]));
    ledger.unobserved(&[0], GapCause::Reconnect, 10);
    ledger.dropped(0, 11);
    assert_eq!(
        brief(&ledger.gaps(&names())[1]),
        ("reconnect", Some(9), None, 1, true),
        "what is dropped while the device is not observed anyway belongs to that gap"
    );
}

#[test]
fn where_dropping_is_the_rule_gaps_that_follow_one_another_are_one_and_are_not_told() {
    let mut ledger = Ledger::new(10, false);
    for time in [1, 2, 3] {
        ledger.delivered(&frame(0, time * 10, 0), time * 10);
        ledger.dropped(0, time * 10 + 1);
    }
    ledger.delivered(&frame(0, 40, 0), 40);
    ledger.delivered(&frame(0, 50, 0), 50);
    ledger.dropped(0, 51);
    let gaps: Vec<_> = ledger.gaps(&names()).iter().map(brief).collect();
    assert_eq!(
        gaps,
        [
            ("dropped", Some(10), Some(40), 3, false),
            ("dropped", Some(50), None, 1, true)
        ]
    );
    assert!(!ledger.has_news());
    ledger.unobserved(&[1], GapCause::Stale, 60);
    assert!(ledger.has_news(), "other causes are told");
}

#[test]
fn removing_a_device_ends_its_gap_and_forgets_its_frames() {
    let mut ledger = Ledger::new(10, true);
    ledger.delivered(&frame(0, 1, 0), 1);
    ledger.unobserved(&[0], GapCause::Paused, 2);
    ledger.removed(&[0], 3);
    ledger.unobserved(&[0], GapCause::Connecting, 4);
    let gaps: Vec<_> = ledger.gaps(&names()).iter().map(brief).collect();
    assert_eq!(
        gaps,
        [("paused", Some(1), None, 0, false), ("connecting", None, None, 0, true)]
    );
}

#[test]
fn a_reading_by_a_call_ends_a_gap_and_says_so() {
    let mut ledger = Ledger::new(10, true);
    ledger.unobserved(&[0], GapCause::Stale, 2);
    ledger.delivered(&frame(0, 5, RESYNC), 7);
    assert!(ledger.gaps(&names())[0].resynced);
    assert_eq!(
        ledger.latency.count(),
        0,
        "a call's time says nothing of the stream's delay"
    );
}

#[test]
fn the_oldest_ended_gaps_are_forgotten_and_counted() {
    let mut ledger = Ledger::new(2, true);
    for time in 0..5 {
        ledger.unobserved(&[0], GapCause::Reconnect, time * 10);
        ledger.delivered(&frame(0, time * 10 + 5, 0), time * 10 + 5);
    }
    assert_eq!(ledger.gaps(&names()).len(), 2);
    assert_eq!(ledger.counts(), (0, 3));
}
