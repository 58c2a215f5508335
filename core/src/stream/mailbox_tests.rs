use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::{
    clock::ManualClock,
    stream::{
        columns::{CONNECTOR, FIRST, POWER, READING, RESYNC, Row, STATE},
        event::StreamStatus,
    },
};

/// A mailbox with a clock that is moved, and three devices.
struct Post {
    clock: ManualClock,
    mailbox: Mailbox,
}

impl Post {
    fn new(rows: usize, policy: OverflowPolicy) -> Self {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let config = StreamConfig {
            mailbox_rows: rows,
            overflow: policy,
            ..StreamConfig::default()
        };
        let names = Arc::new(Dictionary::default());
        names.expect(["a", "b", "c"]);
        let mailbox = Mailbox::new(config, clock.shared(), names, Arc::default());
        Self { clock, mailbox }
    }

    /// A frame of one connector, told by its time.
    fn push(&self, device: u32, timestamp: i64) {
        self.push_connectors(device, timestamp, 1);
    }

    fn push_connectors(&self, device: u32, timestamp: i64, connectors: u32) {
        let mut rows = Columns::default();
        for connector in 1..=connectors {
            rows.push(Row {
                device,
                timestamp,
                received_at: timestamp,
                connector,
                state: 1,
                power: 1.0,
                energy_delivered: 0.0,
                soc: 0.0,
                flags: READING | CONNECTOR | STATE | POWER | if connector == 1 { FIRST } else { 0 },
            });
        }
        self.mailbox.push(&mut rows);
        assert!(rows.is_empty());
    }

    fn live(&self) {
        self.mailbox.push_event(StatusEvent {
            at: Timestamp::UNIX_EPOCH,
            connection: 0,
            status: StreamStatus::Live,
        });
    }

    /// What is there now, if anything.
    fn take(&self, max_rows: usize) -> Batch {
        match self.mailbox.try_take(max_rows) {
            Some(taken) => taken.unwrap().unwrap_or_default(),
            None => Batch::default(),
        }
    }
}

fn told(batch: &Batch) -> Vec<(String, i64)> {
    let one = |frame: crate::model::TelemetryFrame| (frame.device_id, frame.timestamp.as_microsecond());
    batch.frames.iter().map(one).collect()
}

#[test]
fn a_slow_consumer_loses_the_oldest_frames_but_no_event_and_is_told_of_the_gap() {
    let post = Post::new(2, OverflowPolicy::DropOldest);
    post.live();
    for time in 1..=4 {
        post.push(0, time);
    }
    let batch = post.take(10);
    assert_eq!(
        (batch.events.len(), told(&batch)),
        (1, vec![("a".into(), 3), ("a".into(), 4)])
    );
    let states: Vec<_> = batch
        .gaps
        .iter()
        .map(|gap| (gap.cause, gap.dropped, gap.is_open()))
        .collect();
    assert_eq!(states, [(GapCause::Dropped, 0, true), (GapCause::Dropped, 2, false)]);
    assert_eq!((post.mailbox.stats().frames, post.mailbox.stats().dropped), (4, 2));
    assert_eq!(post.mailbox.drops()["a"], 2);
}

#[test]
fn only_the_newest_reading_of_each_connector_is_kept_where_the_policy_says_so() {
    let post = Post::new(2, OverflowPolicy::Latest);
    post.push_connectors(0, 1, 2);
    post.push(1, 2);
    for time in 3..=9 {
        post.push(0, time);
    }
    let batch = post.take(10);
    let rows = batch.frames.columns();
    assert_eq!(rows.device, [0, 0, 1]);
    assert_eq!(
        (&rows.timestamp[..], &rows.connector[..]),
        (&[9, 1, 2][..], &[1, 2, 1][..])
    );
    assert!(batch.gaps.is_empty());
    let gaps = post.mailbox.gaps();
    assert_eq!((gaps.len(), gaps[0].dropped, gaps[0].cause), (1, 7, GapCause::Dropped));
    assert!(post.take(10).is_empty());
}

#[test]
fn where_only_the_newest_is_kept_what_comes_too_late_is_dropped_and_counted() {
    let post = Post::new(10, OverflowPolicy::Latest);
    post.push(0, 2);
    assert_eq!(told(&post.take(10)), [("a".to_owned(), 2)]);
    // The first comes behind what was delivered, the second behind what waits.
    post.push(0, 1);
    assert!(post.take(10).is_empty());
    post.push(0, 4);
    post.push(0, 3);
    let batch = post.take(10);
    assert_eq!(told(&batch), [("a".to_owned(), 4)]);
    assert!(batch.frames.iter().all(|frame| !frame.connectors.is_empty()));
    let stats = post.mailbox.stats();
    assert_eq!((stats.frames, stats.dropped, post.mailbox.drops()["a"]), (4, 2, 2));
}

#[test]
fn what_the_stream_says_after_a_call_counts_although_the_chargers_clock_is_behind_ours() {
    for policy in [OverflowPolicy::DropOldest, OverflowPolicy::Latest] {
        let post = Post::new(10, policy);
        post.mailbox.unobserved(&[0], GapCause::Connecting);
        let mut answer = Columns::default();
        answer.push(Row {
            device: 0,
            timestamp: 1000,
            received_at: 1000,
            connector: 1,
            state: 1,
            power: 9.0,
            energy_delivered: 0.0,
            soc: 0.0,
            flags: READING | CONNECTOR | STATE | POWER | FIRST | RESYNC,
        });
        post.mailbox.push(&mut answer);
        assert_eq!(told(&post.take(10)), [("a".to_owned(), 1000)]);
        for time in [5, 5] {
            post.push(0, time);
        }
        assert_eq!(told(&post.take(10)), [("a".to_owned(), 5)], "{policy:?}");
        assert_eq!(post.mailbox.snapshot().columns().timestamp, [5]);
        assert_eq!((post.mailbox.stats().duplicates, post.mailbox.stats().dropped), (1, 0));
    }
}

#[test]
fn what_waits_when_a_connection_breaks_comes_before_the_gap_under_every_policy() {
    for policy in [
        OverflowPolicy::Block,
        OverflowPolicy::DropOldest,
        OverflowPolicy::Latest,
    ] {
        let post = Post::new(10, policy);
        post.push(0, 1);
        post.mailbox.unobserved(&[0], GapCause::Reconnect);
        post.push(0, 5);
        while !post.take(10).is_empty() {}
        let gap = post.mailbox.gaps().remove(0);
        let times = (gap.last.unwrap().timestamp, gap.next.unwrap().timestamp);
        assert_eq!(
            (times.0.as_microsecond(), times.1.as_microsecond()),
            (1, 5),
            "{policy:?}"
        );
    }
}

#[test]
fn duplicates_are_dropped_and_counted_and_are_no_gap() {
    let post = Post::new(10, OverflowPolicy::DropOldest);
    for time in [1, 1, 2, 2, 2] {
        post.push(0, time);
    }
    assert_eq!(told(&post.take(10)), [("a".to_owned(), 1), ("a".to_owned(), 2)]);
    let stats = post.mailbox.stats();
    assert_eq!((stats.frames, stats.duplicates, stats.dropped), (2, 3, 0));
    assert!(post.mailbox.gaps().is_empty());
}

#[test]
fn an_active_device_that_falls_silent_has_a_gap_until_it_reports_again() {
    let post = Post::new(10, OverflowPolicy::DropOldest);
    post.mailbox.unobserved(&[0, 1], GapCause::Connecting);
    post.push(0, 1);
    post.clock.advance(std::time::Duration::from_secs(61));
    post.mailbox.look_for_silence();
    post.mailbox.look_for_silence();
    while !post.take(10).is_empty() {}
    let causes = |post: &Post| {
        let gaps = post.mailbox.gaps().into_iter();
        let open = gaps.filter(Gap::is_open);
        open.map(|gap| (gap.device_id, gap.cause)).collect::<Vec<_>>()
    };
    assert_eq!(
        causes(&post),
        [
            ("b".to_owned(), GapCause::Connecting),
            ("a".to_owned(), GapCause::Stale)
        ]
    );
    post.push(0, 70);
    post.take(10);
    assert_eq!(causes(&post), [("b".to_owned(), GapCause::Connecting)]);
}

#[test]
fn the_snapshot_holds_the_wanted_devices_and_needs_no_pulling() {
    let post = Post::new(10, OverflowPolicy::DropOldest);
    post.mailbox.unobserved(&[0, 1], GapCause::Connecting);
    post.push(0, 1);
    post.push_connectors(0, 2, 2);
    post.push(2, 3);
    assert_eq!(post.mailbox.snapshot().columns().timestamp, [2, 2]);
    assert_eq!(post.mailbox.snapshot().len(), 1);
    post.mailbox.removed(&[0]);
    assert!(post.mailbox.snapshot().is_empty());
}

#[tokio::test]
async fn a_full_blocking_mailbox_makes_all_its_writers_wait() {
    let post = Post::new(1, OverflowPolicy::Block);
    post.push(0, 1);
    post.push(0, 2);
    let mailbox = Arc::new(post.mailbox);
    let writers: Vec<_> = (0..3)
        .map(|_| {
            let mailbox = mailbox.clone();
            tokio::spawn(async move { mailbox.room().await })
        })
        .collect();
    tokio::task::yield_now().await;
    assert!(writers.iter().all(|writer| !writer.is_finished()));
    assert_eq!(mailbox.take(10).await.unwrap().unwrap().frames.len(), 2);
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn a_failure_comes_after_what_was_delivered_and_stays() {
    let post = Post::new(2, OverflowPolicy::DropOldest);
    post.push(0, 1);
    post.mailbox.finish(End::Failed(Error::closed("stream")));
    assert!(post.mailbox.take(1).await.is_ok());
    assert!(post.mailbox.take(1).await.is_err());
    assert!(post.mailbox.take(1).await.is_err());
}

#[test]
fn a_lost_fleet_is_told_in_pieces_and_before_the_frames_that_came_later() {
    let post = Post::new(100_000, OverflowPolicy::DropOldest);
    let fleet: Vec<_> = (0..10_000).collect();
    post.mailbox.unobserved(&fleet, GapCause::Connecting);
    post.push(0, 5);
    let mut told = 0;
    loop {
        let batch = post.take(10);
        assert!(batch.gaps.len() <= 4096);
        told += batch.gaps.iter().filter(|gap| gap.is_open()).count();
        if !batch.frames.is_empty() {
            assert_eq!(told, 10_000);
            assert!(!batch.gaps.last().unwrap().is_open());
            break;
        }
    }
}

#[test]
fn frames_that_are_kept_can_give_back_the_room_for_more() {
    let post = Post::new(100_000, OverflowPolicy::DropOldest);
    for time in 0..1000 {
        post.push(0, time);
    }
    let mut batch = post.take(100_000);
    let full = batch.frames.columns().flags.capacity();
    batch.frames.shrink();
    assert_eq!(batch.frames.columns().flags.capacity(), full, "not much too large");
    drop(batch);
    post.push(0, 2000);
    let mut batch = post.take(10);
    batch.frames.shrink();
    assert_eq!((batch.frames.columns().flags.capacity(), told(&batch).len()), (1, 1));
}

/// What may happen to a stream.
#[derive(Debug, Clone)]
enum Step {
    Push(u32),
    Lose(Vec<u32>),
    Take(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..3u32).prop_map(Step::Push),
        1 => proptest::sample::subsequence(vec![0, 1, 2], 1..=3).prop_map(Step::Lose),
        2 => (1..6usize).prop_map(Step::Take),
    ];
    proptest::collection::vec(step, 1..200)
}

proptest! {
    /// The promise of the ledger: every frame that came is delivered, or lies in a gap of its device.
    #[test]
    fn every_frame_is_delivered_or_lies_in_a_gap(
        steps in steps(),
        policy in prop_oneof![Just(OverflowPolicy::DropOldest), Just(OverflowPolicy::Latest), Just(OverflowPolicy::Block)],
    ) {
        let post = Post::new(4, policy);
        post.mailbox.unobserved(&[0, 1, 2], GapCause::Connecting);
        let mut sent = Vec::new();
        let mut delivered = BTreeSet::new();
        let mut news = Vec::new();
        let mut note = |batch: &Batch| {
            delivered.extend(told(batch));
            news.extend(batch.gaps.clone());
        };
        for (time, step) in (1i64..).zip(&steps) {
            match step {
                Step::Push(device) => {
                    post.push(*device, time);
                    sent.push((["a", "b", "c"][*device as usize].to_owned(), time));
                }
                Step::Lose(devices) => post.mailbox.unobserved(devices, GapCause::Reconnect),
                Step::Take(rows) => note(&post.take(*rows)),
            }
        }
        loop {
            let batch = post.take(100);
            if batch.is_empty() {
                break;
            }
            note(&batch);
        }
        let gaps = post.mailbox.gaps();
        for (device, time) in &sent {
            let at = Timestamp::from_microsecond(*time).unwrap();
            let covered = gaps.iter().any(|gap| {
                gap.device_id == *device
                    && gap.last.is_none_or(|last| last.timestamp < at)
                    && gap.next.is_none_or(|next| at < next.timestamp)
            });
            prop_assert!(delivered.contains(&(device.clone(), *time)) || covered, "{device} {time}: {gaps:?}");
        }
        let stats = post.mailbox.stats();
        prop_assert_eq!(stats.frames, sent.len() as u64);
        prop_assert_eq!(delivered.len() as u64 + stats.dropped, sent.len() as u64);
        if policy == OverflowPolicy::Block {
            prop_assert_eq!(stats.dropped, 0);
        }
        // Each gap is told when it opens and once more when it closes.
        let told_of: Vec<_> = gaps.iter().filter(|gap| policy != OverflowPolicy::Latest || gap.cause != GapCause::Dropped).collect();
        let closed = told_of.iter().filter(|gap| !gap.is_open()).count();
        prop_assert_eq!(news.len(), told_of.len() + closed);
    }
}
