//! Devices that fall silent on a connection that stands.

use std::time::Duration;

use tellus_core::{GapCause, clock::ManualClock, config::Staleness, model::ConnectorState};
use tellus_sandbox::FaultKind;

use super::harness::{Seen, Watcher, busy_platform, manual, streams};

const RULE: Staleness = Staleness {
    factor: 5,
    minimum: Duration::from_secs(10),
};

/// Lets a second pass, in which all devices but these report.
pub(super) fn second(watcher: &mut Watcher, clock: &ManualClock, silent: &[String]) {
    clock.advance(Duration::from_secs(1));
    let old = watcher.seen.frames.len();
    let devices = watcher.stream.devices();
    let reports = |seen: &Seen, device: &String| {
        silent.contains(device) || seen.frames[old..].iter().any(|frame| frame.device_id == *device)
    };
    watcher.until("the others report", |seen| {
        devices.iter().all(|device| reports(seen, device))
    });
}

/// A device that is in such a state.
pub(super) fn in_state(seen: &Seen, active: bool) -> String {
    let is_active =
        |state: &Option<ConnectorState>| matches!(state, Some(ConnectorState::Charging | ConnectorState::Discharging));
    let mut frames = seen.frames.iter();
    let found = frames.find(|frame| frame.connectors.iter().any(|reading| is_active(&reading.state)) == active);
    found.unwrap().device_id.clone()
}

#[test]
fn a_charging_device_that_falls_silent_has_a_gap_and_an_idle_one_has_none() {
    let sandbox = busy_platform();
    let (mut config, clock) = manual(&sandbox);
    config.stream.staleness = Some(RULE);
    let mut watcher = Watcher::live(&sandbox, config);
    let (charging, idle) = (in_state(&watcher.seen, true), in_state(&watcher.seen, false));
    let silence = |device: &String, cleared| {
        sandbox.inject(FaultKind::DeviceSilent {
            device: device.clone(),
            cleared,
        });
    };
    for _ in 0..3 {
        second(&mut watcher, &clock, &[]);
    }
    let silent = [charging.clone(), idle.clone()];
    silent.iter().for_each(|device| silence(device, false));
    for _ in 0..9 {
        second(&mut watcher, &clock, &silent);
    }
    assert!(watcher.gaps(GapCause::Stale).is_empty(), "not before its time");
    let mut seconds = 9;
    while watcher.gaps(GapCause::Stale).is_empty() {
        second(&mut watcher, &clock, &silent);
        seconds += 1;
        assert!(seconds < 30, "it should have been missed");
    }
    // It is told once, however long it lasts.
    for _ in 0..10 {
        second(&mut watcher, &clock, &silent);
    }
    let gaps = watcher.gaps(GapCause::Stale);
    assert_eq!(
        (gaps.len(), &gaps[0].device_id, gaps[0].is_open()),
        (1, &charging, true)
    );
    let last = watcher
        .seen
        .frames
        .iter()
        .rev()
        .find(|frame| frame.device_id == charging);
    assert_eq!(gaps[0].last.unwrap().timestamp, last.unwrap().timestamp);
    silent.iter().for_each(|device| silence(device, true));
    second(&mut watcher, &clock, &[]);
    let gap = watcher.gaps(GapCause::Stale).remove(0);
    assert!(gap.next.is_some() && !gap.resynced, "{gap:?}");
    // The connection stood all the time.
    assert_eq!((watcher.seen.names(), streams(&sandbox)), (vec![], (1, vec![])));
    assert_eq!(watcher.stream.stats().open_gaps, 0);
    watcher.settle(&[&sandbox]);
}
