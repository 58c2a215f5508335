//! Asking for what a gap left unknown.

use std::time::Duration;

use tellus_core::{Client, Gap, GapCause, QuotaClass, config::Staleness, model::FrameSource};
use tellus_sandbox::{FaultKind, Sandbox};

use super::{
    harness::{Seen, Watcher, busy_platform, manual, platform, refusal, streams, upgrades},
    stale::{in_state, second},
};
use crate::common::{credentials, eventually, requests};

const INTERVAL: Duration = Duration::from_secs(5);

/// The devices that were asked for, in order.
fn asked(sandbox: &Sandbox) -> Vec<String> {
    const PATH: &str = "/v1/operator/devices/";
    let ids = requests(sandbox, PATH).into_iter();
    ids.map(|request| request.path[PATH.len()..].to_owned()).collect()
}

fn answers(seen: &Seen) -> usize {
    seen.frames
        .iter()
        .filter(|frame| frame.source == FrameSource::Call)
        .count()
}

fn silence(sandbox: &Sandbox, device: &str, cleared: bool) {
    sandbox.inject(FaultKind::DeviceSilent {
        device: device.to_owned(),
        cleared,
    });
}

/// Moves the clock on until the connection stands again, then lets all but these devices report.
fn come_back(watcher: &mut Watcher, clock: &tellus_core::clock::ManualClock, silent: &[String]) {
    watcher.until("it is back", |seen| {
        clock.advance(Duration::from_millis(10));
        seen.is("live")
    });
    // Twice: what comes in the first one may have been on its way before.
    second(watcher, clock, silent);
    second(watcher, clock, silent);
}

#[test]
fn after_a_gap_those_that_do_not_report_are_asked_for_one_by_one() {
    let sandbox = platform();
    let (mut config, clock) = manual(&sandbox);
    config.stream.resync_interval = Some(INTERVAL);
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    let mut watcher = Watcher::of(client.telemetry(sandbox.device_ids()).unwrap());
    come_back(&mut watcher, &clock, &[]);
    let silent = [sandbox.device_ids().remove(3), sandbox.device_ids().remove(7)];
    silent.iter().for_each(|device| silence(&sandbox, device, false));
    // Whoever has reported by itself is not asked for, after the first connection either.
    for _ in 0..12 {
        clock.advance(INTERVAL);
        watcher.seen.turn();
        watcher.until("frames go on", |seen| !seen.fresh().is_empty());
    }
    assert_eq!(asked(&sandbox), [""; 0]);
    // While the connection is down nobody is asked for.
    sandbox.inject(refusal(503, 9001, None).always().on("/operator/stream"));
    sandbox.disconnect_streams();
    watcher.until("it is tried in vain", |seen| {
        clock.advance(INTERVAL);
        seen.names().iter().filter(|name| **name == "waiting").count() > 5
    });
    assert_eq!(asked(&sandbox), [""; 0]);
    sandbox.clear_faults();
    come_back(&mut watcher, &clock, &silent);
    let left = client.quota_left(QuotaClass::Query);
    // The first to be looked at may be any of the twelve: the time for each passes once at least.
    let mut rounds = 0;
    while answers(&watcher.seen) < 2 {
        let before = asked(&sandbox).len();
        clock.advance(INTERVAL);
        rounds += 1;
        assert!(rounds <= 13, "{:?}", asked(&sandbox));
        watcher.seen.turn();
        watcher.until("the others report", |seen| seen.reporting().len() >= 10);
        assert!(asked(&sandbox).len() <= before + 1, "one call for each interval");
    }
    let mut expected = silent.to_vec();
    let mut calls = asked(&sandbox);
    expected.sort();
    calls.sort();
    assert_eq!(calls, expected);
    assert!(client.quota_left(QuotaClass::Query) <= left, "calls count");
    // The answer ends the gap.
    watcher.assert_bridged(GapCause::Reconnect, 1);
    let ended: Vec<Gap> = watcher.gaps(GapCause::Reconnect);
    for gap in &ended {
        assert_eq!(gap.resynced, silent.contains(&gap.device_id), "{gap:?}");
    }
    for frame in watcher
        .seen
        .frames
        .iter()
        .filter(|frame| frame.source == FrameSource::Call)
    {
        assert!(!frame.connectors.is_empty());
        let gap = ended.iter().find(|gap| gap.device_id == frame.device_id).unwrap();
        assert_eq!(gap.next.unwrap().timestamp, frame.timestamp);
    }
    // Those that were asked for come back by themselves, with no further gap.
    silent.iter().for_each(|device| silence(&sandbox, device, true));
    watcher.seen.turn();
    watcher.until("all report", |seen| {
        let streamed = seen.fresh().iter().filter(|frame| frame.source == FrameSource::Stream);
        let devices: std::collections::BTreeSet<_> = streamed.map(|frame| &frame.device_id).collect();
        devices.len() == 12
    });
    assert_eq!((asked(&sandbox).len(), watcher.stream.stats().open_gaps), (2, 0));
    let answered = upgrades(&sandbox);
    let refused = answered.iter().filter(|status| **status == 503).count();
    assert_eq!((answered.len(), streams(&sandbox).0), (refused + 2, 2));
    watcher.settle(&[&sandbox]);
}

#[test]
fn a_device_that_fell_silent_is_asked_for_and_the_answer_ends_its_gap() {
    let sandbox = busy_platform();
    let (mut config, clock) = manual(&sandbox);
    config.stream.resync_interval = Some(Duration::from_millis(100));
    config.stream.staleness = Some(Staleness::default());
    let mut watcher = Watcher::live(&sandbox, config);
    for _ in 0..3 {
        second(&mut watcher, &clock, &[]);
    }
    let before = asked(&sandbox).len();
    let device = in_state(&watcher.seen, true);
    silence(&sandbox, &device, false);
    let silent = [device.clone()];
    let mut seconds = 0;
    while answers(&watcher.seen) == 0 {
        second(&mut watcher, &clock, &silent);
        seconds += 1;
        assert!(seconds < 60, "it should have been asked for");
    }
    let gaps = watcher.gaps(GapCause::Stale);
    assert_eq!((gaps.len(), &gaps[0].device_id, gaps[0].resynced), (1, &device, true));
    let answer = watcher
        .seen
        .frames
        .iter()
        .find(|frame| frame.source == FrameSource::Call)
        .unwrap();
    assert_eq!(
        (&answer.device_id, answer.timestamp),
        (&device, gaps[0].next.unwrap().timestamp)
    );
    eventually("the call is in the journal", || asked(&sandbox).len() == before + 1);
    assert_eq!(asked(&sandbox).last(), Some(&device));
    silence(&sandbox, &device, true);
    second(&mut watcher, &clock, &[]);
    assert_eq!(streams(&sandbox), (1, vec![]));
    watcher.settle(&[&sandbox]);
}
