//! Upgrades that are answered with something else.

use std::time::Duration;

use tellus_core::{Client, ErrorKind, GapCause, StreamStatus};
use tellus_sandbox::{CloseReason, FaultKind};

use super::harness::{Seen, Watcher, manual, platform, refusal, streams, upgrades};
use crate::common::{config, credentials, eventually, token_requests};

/// The wait that was told last.
fn wait(seen: &Seen) -> Option<(Duration, ErrorKind)> {
    match seen.statuses.last() {
        Some(StreamStatus::Waiting { retry_in, error }) => Some((*retry_in, error.kind())),
        _ => None,
    }
}

#[test]
fn a_platform_that_is_busy_or_down_is_waited_for_as_long_as_it_asks() {
    for (fault, asked, kind) in [
        (refusal(429, 5001, Some(7)), 7, ErrorKind::RateLimited),
        (refusal(503, 9001, Some(20)), 20, ErrorKind::Server),
        (refusal(503, 9001, None), 0, ErrorKind::Server),
        (FaultKind::Html { status: 502 }, 0, ErrorKind::Server),
    ] {
        let sandbox = platform();
        let (config, clock) = manual(&sandbox);
        let mut watcher = Watcher::live(&sandbox, config);
        sandbox.inject(fault.once().on("/operator/stream"));
        sandbox.disconnect_streams();
        watcher.until("it is refused", |seen| {
            clock.advance(Duration::from_millis(10));
            wait(seen).is_some_and(|wait| wait.1 == kind)
        });
        let (retry_in, _) = wait(&watcher.seen).unwrap();
        let asked = Duration::from_secs(asked);
        assert!(retry_in >= asked, "{retry_in:?}");
        watcher.assert_open(GapCause::Reconnect, true);
        // Not even a change of the network shortens what the platform asked for.
        if asked > Duration::ZERO {
            watcher.stream.network_changed();
            clock.advance(asked - Duration::from_secs(1));
        }
        assert_eq!(upgrades(&sandbox).len(), 2);
        watcher.until("it is back", |seen| {
            clock.advance(Duration::from_millis(100));
            seen.is("live")
        });
        watcher.seen.turn();
        watcher.until_all_report();
        watcher.assert_bridged(GapCause::Reconnect, 1);
        let refused = upgrades(&sandbox)[1];
        assert_eq!(upgrades(&sandbox), [101, refused, 101]);
        assert_eq!(streams(&sandbox), (2, vec![CloseReason::Fault]));
        assert_eq!(token_requests(&sandbox), 1);
        watcher.settle(&[&sandbox]);
    }
}

#[test]
fn a_change_of_the_network_ends_a_back_off() {
    let sandbox = platform();
    let (mut config, clock) = manual(&sandbox);
    config.stream.backoff.base = Duration::from_secs(36_000_000);
    config.stream.backoff.cap = config.stream.backoff.base;
    let mut watcher = Watcher::live(&sandbox, config);
    sandbox.disconnect_streams();
    watcher.until("it waits", |seen| seen.is("waiting"));
    eventually("the platform has noticed", || sandbox.open_streams() == 0);
    watcher.assert_open(GapCause::Reconnect, true);
    watcher.seen.turn();
    watcher.stream.network_changed();
    // The clock stands still: it is dialled at once.
    watcher.until_all_report();
    assert_eq!(watcher.seen.names(), ["connecting", "live"]);
    watcher.assert_bridged(GapCause::Reconnect, 1);
    // Another one is put off until a second has passed, and replaces what stands.
    watcher.seen.turn();
    watcher.stream.network_changed();
    watcher.until("it lets go", |seen| seen.is("connecting"));
    eventually("the platform has noticed", || sandbox.open_streams() == 0);
    assert_eq!(upgrades(&sandbox), [101, 101]);
    clock.advance(Duration::from_secs(1));
    watcher.seen.turn();
    watcher.until_all_report();
    assert_eq!(watcher.seen.names(), ["live"]);
    watcher.assert_bridged(GapCause::Reconnect, 2);
    assert_eq!(upgrades(&sandbox), [101, 101, 101]);
    assert_eq!(streams(&sandbox), (3, vec![CloseReason::Fault, CloseReason::Client]));
    watcher.settle(&[&sandbox]);
}

#[test]
fn a_second_connection_for_the_same_devices_waits_until_the_first_is_gone() {
    let sandbox = platform();
    let mut first = Watcher::live(&sandbox, config(&sandbox));
    let other = Client::new(config(&sandbox), credentials(&sandbox)).unwrap();
    let mut second = Watcher::of(other.telemetry(sandbox.device_ids()).unwrap());
    second.until("it is refused twice", |seen| {
        seen.names().iter().filter(|name| **name == "waiting").count() == 2
    });
    assert_eq!(second.seen.statuses[1].error().unwrap().kind(), ErrorKind::Conflict);
    second.assert_open(GapCause::Connecting, false);
    assert!(second.seen.frames.is_empty());
    // The first one is not disturbed.
    first.seen.turn();
    first.until_all_report();
    assert!(first.seen.statuses.is_empty() && first.gaps(GapCause::Reconnect).is_empty());
    first.stream.close();
    first.until_end().as_ref().unwrap();
    second.until_all_report();
    let gaps = second.gaps(GapCause::Connecting);
    assert!(gaps.len() == 12 && gaps.iter().all(|gap| gap.last.is_none() && gap.next.is_some()));
    let answers = upgrades(&sandbox);
    let refused = answers.iter().filter(|status| **status == 409).count();
    assert!(refused >= 2 && answers.len() == refused + 2, "{answers:?}");
    assert_eq!(streams(&sandbox), (2, vec![CloseReason::Client]));
    // What was sent to the first is no concern of the second, whose first gap ends with its first frame.
    second.settle(&[&sandbox]);
}
