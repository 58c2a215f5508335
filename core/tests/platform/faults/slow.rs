//! Consumers that are slower than their stream.

use std::{
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use tellus_core::{
    Batch, Client, Gap, GapCause, ListenerHandle, StatusEvent, TelemetryListener, config::OverflowPolicy,
};
use tellus_sandbox::{FaultKind, JournalEvent, Options, Sandbox};

use super::{
    account::{sent, verify},
    harness::{Seen, Watcher, options, platform, streams},
};
use crate::common::{config, credentials, eventually};

/// How many frames the platform sent so far.
fn count(sandbox: &Sandbox) -> usize {
    sandbox.frames_sent().iter().map(|sent| sent.frames.len()).sum()
}

#[test]
fn a_reader_that_blocks_loses_nothing_of_what_the_platform_could_send() {
    let sandbox = Sandbox::start(Options {
        cadence: Duration::from_millis(10),
        ..options()
    })
    .unwrap();
    let mut config = config(&sandbox);
    config.stream.overflow = OverflowPolicy::Block;
    config.stream.mailbox_rows = 50;
    config.stream.staleness = None;
    // The time in which nothing is read is not the platform's silence.
    config.stream.ping_interval = Duration::from_millis(100);
    config.stream.silence = Duration::from_secs(2);
    let mut watcher = Watcher::live(&sandbox, config);
    // Large frames fill what the system keeps between the two ends.
    sandbox.inject(FaultKind::StreamOversized { bytes: 200_000 }.always());
    let (mut last, mut same) = (0, 0);
    eventually("the platform can send no more", || {
        std::thread::sleep(Duration::from_millis(50));
        let now = count(&sandbox);
        same = if now == last { same + 1 } else { 0 };
        last = now;
        same > 20
    });
    sandbox.clear_faults();
    assert!(watcher.stream.stats().waiting_rows >= 50);
    let taken = watcher.seen.frames.len();
    watcher.until("all that was sent arrives", |seen| seen.frames.len() > last);
    assert!(watcher.seen.frames.len() > taken + 50);
    watcher.seen.turn();
    watcher.until_all_report();
    // The platform left out what it could not send, and goes on. To us that is no gap: nothing says so.
    assert!(watcher.gaps(GapCause::Dropped).is_empty() && watcher.gaps(GapCause::Reconnect).is_empty());
    assert_eq!((watcher.stream.stats().dropped, streams(&sandbox)), (0, (1, vec![])));
    watcher.settle(&[&sandbox]);
    eventually("the socket is closed", || sandbox.open_streams() == 0);
    let left_out = sandbox.journal().into_iter().find_map(|entry| match entry.event {
        JournalEvent::StreamClose { frames_dropped, .. } => Some(frames_dropped),
        _ => None,
    });
    assert!(left_out.unwrap() > 0);
}

/// A listener that stands still as long as it is told to.
#[derive(Default)]
struct Gate {
    seen: Mutex<Seen>,
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl TelemetryListener for Gate {
    fn on_batch(&self, batch: &Batch) -> Result<(), String> {
        drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open));
        self.seen.lock().unwrap().frames.extend(&batch.frames);
        Ok(())
    }

    fn on_status(&self, event: &StatusEvent) -> Result<(), String> {
        self.seen.lock().unwrap().statuses.push(event.status.clone());
        Ok(())
    }

    fn on_gap(&self, gap: &Gap) -> Result<(), String> {
        self.seen.lock().unwrap().gaps.push(gap.clone());
        Ok(())
    }
}

/// A listener that stood still until `enough`, then took all that came, and rests.
fn slow(policy: OverflowPolicy, enough: impl Fn(&ListenerHandle) -> bool) -> (Sandbox, ListenerHandle, Arc<Gate>) {
    let sandbox = platform();
    let mut config = config(&sandbox);
    config.stream.overflow = policy;
    config.stream.mailbox_rows = 60;
    config.stream.staleness = None;
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    let gate = Arc::new(Gate::default());
    let handle = client.subscribe(sandbox.device_ids(), gate.clone()).unwrap();
    eventually("the listener is too slow", || enough(&handle));
    gate.open();
    let had = gate.seen.lock().unwrap().frames.len();
    eventually("it has caught up", || {
        gate.seen.lock().unwrap().frames.len() > had + 200
    });
    handle.pause();
    eventually("it rests", || {
        gate.seen.lock().unwrap().is("paused") && handle.stats().open_gaps == 12
    });
    // Before the stream ends nothing follows.
    assert_eq!(gate.seen.lock().unwrap().names(), ["connecting", "live", "paused"]);
    assert_eq!(streams(&sandbox).0, 1);
    (sandbox, handle, gate)
}

/// Holds what it got against what was sent, and returns how many frames the gaps by dropping hold.
fn settle(sandbox: &Sandbox, handle: &ListenerHandle, gate: &Gate, merged: bool) -> u64 {
    let seen = gate.seen.lock().unwrap();
    let table = handle.gaps();
    verify(&sent(&[sandbox], &handle.devices()), &seen.frames, &table, merged);
    let dropped: u64 = table.iter().map(|gap| gap.dropped).sum();
    let drops: u64 = handle.drops().values().sum();
    assert_eq!((dropped, drops), (handle.stats().dropped, dropped));
    let stats = handle.stats();
    assert_eq!(seen.frames.len() as u64 + stats.dropped, stats.frames);
    dropped
}

fn is_drop(gap: &&Gap) -> bool {
    gap.cause == GapCause::Dropped
}

#[test]
fn a_slow_listener_that_blocks_gets_every_frame() {
    let (sandbox, handle, gate) = slow(OverflowPolicy::Block, |handle| handle.stats().waiting_rows >= 60);
    assert_eq!(settle(&sandbox, &handle, &gate, false), 0);
    assert!(!handle.gaps().iter().any(|gap| is_drop(&gap)));
}

#[test]
fn a_slow_listener_that_loses_the_oldest_is_told_of_each_gap() {
    let (sandbox, handle, gate) = slow(OverflowPolicy::DropOldest, |handle| handle.stats().dropped > 60);
    assert!(settle(&sandbox, &handle, &gate, false) > 60);
    let table = handle.gaps();
    let dropped: Vec<_> = table.iter().filter(is_drop).collect();
    assert!(
        dropped.iter().all(|gap| gap.next.is_some() && gap.dropped > 0),
        "{dropped:?}"
    );
    let seen = gate.seen.lock().unwrap();
    for gap in dropped {
        assert!(seen.gaps.contains(gap), "it was told with its end: {gap:?}");
    }
}

#[test]
fn a_slow_listener_that_wants_the_newest_is_told_of_no_gap_by_dropping() {
    let (sandbox, handle, gate) = slow(OverflowPolicy::Latest, |handle| handle.stats().dropped > 60);
    assert!(settle(&sandbox, &handle, &gate, true) > 60);
    // They are in the table alone, and each stands for all that followed one another.
    assert!(!gate.seen.lock().unwrap().gaps.iter().any(|gap| is_drop(&gap)));
    let table = handle.gaps();
    assert!(table.iter().filter(is_drop).count() > 0);
}
