//! Messages that are not what they should be.

use tellus_core::{Client, GapCause, config::OverflowPolicy};
use tellus_sandbox::{FaultKind, Sandbox};

use super::{
    account::{sent, verify},
    harness::{Watcher, platform, streams},
};
use crate::common::{config, credentials};

/// Nothing of it was a reason to let go of the connection, or to tell of a gap.
fn undisturbed(watcher: &mut Watcher, sandbox: &Sandbox) {
    assert!(watcher.seen.statuses.is_empty(), "{:?}", watcher.seen.names());
    let gaps = watcher.stream.gaps();
    assert!(
        gaps.iter()
            .all(|gap| gap.cause == GapCause::Connecting && !gap.is_open())
    );
    assert_eq!((streams(sandbox), watcher.stream.stats().connections), ((1, vec![]), 1));
    assert!(sandbox.pending_faults().is_empty());
    watcher.settle(&[sandbox]);
}

#[test]
fn malformed_messages_are_counted_and_passed_over() {
    let sandbox = platform();
    let mut watcher = Watcher::live(&sandbox, config(&sandbox));
    sandbox.inject(FaultKind::StreamMalformed {}.times(5));
    watcher.until("all are counted", |_| sandbox.pending_faults().is_empty());
    watcher.seen.turn();
    watcher.until_all_report();
    let stats = watcher.stream.stats();
    assert_eq!((stats.malformed, stats.duplicates, stats.dropped), (5, 0, 0));
    undisturbed(&mut watcher, &sandbox);
}

#[test]
fn duplicates_are_dropped_and_counted() {
    let sandbox = platform();
    let mut watcher = Watcher::live(&sandbox, config(&sandbox));
    sandbox.inject(FaultKind::StreamDuplicate {}.times(7));
    watcher.until("all are sent", |_| sandbox.pending_faults().is_empty());
    watcher.seen.turn();
    watcher.until_all_report();
    let stats = watcher.stream.stats();
    assert_eq!((stats.malformed, stats.duplicates, stats.dropped), (0, 7, 0));
    // Which also finds that nothing came twice.
    undisturbed(&mut watcher, &sandbox);
}

#[test]
fn large_and_strange_frames_are_read_like_any_other() {
    let sandbox = platform();
    let mut watcher = Watcher::live(&sandbox, config(&sandbox));
    sandbox.inject(FaultKind::StreamOversized { bytes: 900_000 }.times(3));
    sandbox.inject(FaultKind::UnknownFields {}.times(3));
    watcher.until("all are sent", |_| sandbox.pending_faults().is_empty());
    watcher.seen.turn();
    watcher.until_all_report();
    assert!(watcher.stream.stats().bytes > 2_700_000);
    undisturbed(&mut watcher, &sandbox);
}

/// A stream of one device, since frames change places on their socket only.
fn of_one_device(sandbox: &Sandbox, policy: OverflowPolicy) -> Watcher {
    let mut config = config(sandbox);
    config.stream.overflow = policy;
    let client = Client::new(config, credentials(sandbox)).unwrap();
    let mut watcher = Watcher::of(client.telemetry([sandbox.device_ids().remove(0)]).unwrap());
    watcher.until_all_report();
    watcher.seen.turn();
    watcher
}

#[test]
fn frames_out_of_order_are_delivered_as_they_came() {
    let sandbox = platform();
    let mut watcher = of_one_device(&sandbox, OverflowPolicy::DropOldest);
    sandbox.inject(FaultKind::StreamReorder {}.once());
    watcher.until("a frame is older than the one before", |seen| {
        seen.fresh()
            .windows(2)
            .any(|pair| pair[1].timestamp < pair[0].timestamp)
    });
    // The newest reading stays the newest.
    watcher.seen.turn();
    watcher.until_all_report();
    let stats = watcher.stream.stats();
    assert_eq!((stats.duplicates, stats.dropped), (0, 0));
    undisturbed(&mut watcher, &sandbox);
}

#[test]
fn where_only_the_newest_counts_a_frame_that_comes_too_late_is_dropped_and_counted() {
    let sandbox = platform();
    let mut watcher = of_one_device(&sandbox, OverflowPolicy::Latest);
    let before = watcher.stream.stats().dropped;
    sandbox.inject(FaultKind::StreamReorder {}.once());
    watcher.until("the frames change places", |_| sandbox.pending_faults().is_empty());
    for _ in 0..3 {
        watcher.seen.turn();
        watcher.until_all_report();
    }
    assert!(watcher.stream.stats().dropped > before);
    let frames = &watcher.seen.frames;
    assert!(frames.windows(2).all(|pair| pair[0].timestamp < pair[1].timestamp));
    assert!(frames.iter().all(|frame| !frame.connectors.is_empty()));
    assert_eq!(streams(&sandbox), (1, vec![]));
    // The one that came too late lies in no gap: it is older than what was delivered before the gap.
    let mut sent = sent(&[&sandbox], &watcher.stream.devices());
    let newest = frames.last().unwrap().timestamp.as_millisecond();
    let delivered = |millis: &i64| frames.iter().any(|frame| frame.timestamp.as_millisecond() == *millis);
    sent.retain(|(_, millis)| *millis <= newest && delivered(millis));
    verify(&sent, frames, &watcher.stream.gaps(), true);
}
