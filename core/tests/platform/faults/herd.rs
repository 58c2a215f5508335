//! Ten connections that are lost at once, and come back apart.

use std::{collections::BTreeSet, time::Duration};

use tellus_core::GapCause;
use tellus_sandbox::{CloseReason, FaultKind, JournalEvent, Options, Sandbox};

use super::harness::{Watcher, options, streams, upgrades};
use crate::common::{config, eventually, token_requests};

#[test]
fn ten_connections_that_were_lost_together_are_no_herd() {
    let sandbox = Sandbox::start(Options {
        sites: 10,
        devices_per_site: 10,
        cadence: Duration::from_millis(200),
        ..options()
    })
    .unwrap();
    let mut config = config(&sandbox);
    let nominal = Duration::from_secs(2);
    config.stream.backoff.base = nominal;
    config.stream.backoff.cap = nominal;
    config.stream.max_devices_per_connection = 10;
    config.stream.connect_stagger = Duration::from_millis(5);
    config.stream.staleness = None;
    let mut watcher = Watcher::open(&sandbox, config);
    watcher.until_all_report();
    assert_eq!((watcher.stream.connections(), upgrades(&sandbox)), (10, vec![101; 10]));
    let seq = sandbox.journal().last().unwrap().seq;
    watcher.seen.turn();
    // The worst of it: nobody's token is good any more.
    sandbox.inject(FaultKind::RevokeTokens {});
    sandbox.disconnect_streams();
    watcher.until("all are lost", |seen| {
        seen.names().iter().filter(|name| **name == "waiting").count() == 10
    });
    eventually("the platform has noticed", || streams(&sandbox).1.len() == 10);
    watcher.seen.turn();
    watcher.until_all_report();
    watcher.assert_bridged(GapCause::Reconnect, 1);
    let mut times = Vec::new();
    let mut sets = BTreeSet::new();
    for entry in sandbox.journal_after(seq) {
        if let JournalEvent::StreamOpen { devices, .. } = entry.event {
            times.push(entry.at.parse::<jiff::Timestamp>().unwrap().as_millisecond());
            sets.insert(devices);
        }
    }
    // Ten times evenly drawn from the wait lie within a fifth of it five times in a million.
    let spread = times.iter().max().unwrap() - times.iter().min().unwrap();
    assert!(spread > nominal.as_millis() as i64 / 5, "{times:?}");
    assert_eq!((times.len(), sets.len()), (10, 10), "each set came back once");
    // One token for all. Who dialled before it was there was refused once, and nobody asked twice: with the documented
    // limits of 60 upgrades and 10 tokens a minute the platform has no reason to complain.
    assert_eq!(token_requests(&sandbox), 2);
    let again = &upgrades(&sandbox)[10..];
    let count = |status| again.iter().filter(|seen| **seen == status).count();
    assert_eq!(count(101), 10);
    assert!(
        (1..=10).contains(&count(401)) && again.len() == 10 + count(401),
        "{again:?}"
    );
    assert_eq!(streams(&sandbox), (20, vec![CloseReason::Fault; 10]));
    watcher.stream.pause();
    watcher.until("all rest", |seen| {
        seen.names().iter().filter(|name| **name == "paused").count() == 10
    });
    watcher.settle(&[&sandbox]);
}
