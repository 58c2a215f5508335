//! One stream over several connections: how devices are spread, what can be done to them while they run.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::Duration,
};

use tellus_core::{
    Client, Config, ErrorKind, GapCause, Partition, StreamStatus, Subscription, clock::ManualClock,
    model::TelemetryFrame,
};
use tellus_sandbox::{JournalEvent, Options, Sandbox};

use crate::common::{client, config, credentials, eventually, requests};

/// A platform with a hundred chargers.
fn platform() -> Sandbox {
    Sandbox::start(Options {
        cadence: Duration::from_millis(100),
        sites: 10,
        devices_per_site: 10,
        history_days: 0,
        ..Options::default()
    })
    .unwrap()
}

fn settings(sandbox: &Sandbox, devices: usize) -> Config {
    let mut config = config(sandbox);
    config.stream.max_devices_per_connection = devices;
    config.stream.connect_stagger = Duration::from_millis(5);
    config
}

fn open(sandbox: &Sandbox, config: Config, devices: &[String]) -> Subscription {
    let client = Client::new(config, credentials(sandbox)).unwrap();
    client.telemetry(devices.to_vec()).unwrap()
}

fn sorted(sandbox: &Sandbox) -> Vec<String> {
    let mut ids = sandbox.device_ids();
    ids.sort();
    ids
}

fn sets(ids: &[String], size: usize) -> BTreeSet<Vec<String>> {
    ids.chunks(size).map(<[String]>::to_vec).collect()
}

/// The device sets of the streams that were opened and closed since an entry of the journal.
fn since(sandbox: &Sandbox, seq: u64) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let (mut opened, mut closed) = (Vec::new(), Vec::new());
    for entry in sandbox.journal_after(seq) {
        match entry.event {
            JournalEvent::StreamOpen { devices, .. } => opened.push(devices),
            JournalEvent::StreamClose { devices, .. } => closed.push(devices),
            _ => {}
        }
    }
    (opened, closed)
}

fn last_entry(sandbox: &Sandbox) -> u64 {
    sandbox.journal().last().map_or(0, |entry| entry.seq)
}

/// When streams were opened since an entry of the journal, in ms since the first of them.
fn openings(sandbox: &Sandbox, seq: u64) -> Vec<i64> {
    let entries = sandbox.journal_after(seq).into_iter();
    let opened = entries.filter(|entry| matches!(entry.event, JournalEvent::StreamOpen { .. }));
    let times: Vec<i64> = opened
        .map(|entry| entry.at.parse::<jiff::Timestamp>().unwrap().as_millisecond())
        .collect();
    let first = times.first().copied().unwrap_or_default();
    times.into_iter().map(|time| time - first).collect()
}

/// The device sets of the streams that are open now.
fn standing(sandbox: &Sandbox) -> BTreeSet<Vec<String>> {
    let mut open = BTreeMap::new();
    for entry in sandbox.journal() {
        match entry.event {
            JournalEvent::StreamOpen { stream, devices, .. } => drop(open.insert(stream, devices)),
            JournalEvent::StreamClose { stream, .. } => drop(open.remove(&stream)),
            _ => {}
        }
    }
    let sets: BTreeSet<_> = open.values().cloned().collect();
    assert_eq!(sets.len(), open.len(), "a device set is open twice");
    sets
}

/// Pulls until all that came is enough; returns the frames, and each connection's states in order.
fn pull(
    stream: &Subscription,
    mut enough: impl FnMut(&[TelemetryFrame], &BTreeMap<u32, Vec<&'static str>>) -> bool,
) -> BTreeMap<u32, Vec<&'static str>> {
    let (mut frames, mut states) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
    eventually("enough arrives", || {
        let batch = stream
            .next_batch_blocking(1000, Some(Duration::from_millis(50)))
            .unwrap();
        let Some(batch) = batch else { return true };
        for event in &batch.events {
            states.entry(event.connection).or_default().push(event.status.name());
        }
        frames.extend(&batch.frames);
        enough(&frames, &states)
    });
    states
}

#[test]
fn ten_connections_carry_a_hundred_devices() {
    let sandbox = platform();
    let ids = sorted(&sandbox);
    let mut config = settings(&sandbox, 10);
    config.stream.connect_stagger = Duration::from_millis(50);
    let stream = open(&sandbox, config, &ids);
    assert_eq!((stream.connections(), stream.devices()), (10, ids.clone()));
    let states = pull(&stream, |frames, _| {
        frames
            .iter()
            .map(|frame| &frame.device_id)
            .collect::<BTreeSet<_>>()
            .len()
            == 100
    });
    assert_eq!(standing(&sandbox), sets(&ids, 10));
    assert_eq!(states.keys().copied().collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    assert!(
        states.values().all(|states| states == &["connecting", "live"]),
        "{states:?}"
    );
    assert_eq!(stream.stats().connections, 10);
    // The tenth comes 450 ms after the first at the earliest, if the first is not held up.
    let times = openings(&sandbox, 0);
    assert!(times[9] > 200, "one after the other: {times:?}");
    stream.close();
    eventually("all sockets are closed", || sandbox.open_streams() == 0);
}

#[test]
fn adding_and_removing_touch_only_the_connections_concerned() {
    let sandbox = platform();
    let ids = sorted(&sandbox);
    // Connections of 8, 8 and 4.
    let stream = open(&sandbox, settings(&sandbox, 8), &ids[..20]);
    eventually("all stand", || standing(&sandbox) == sets(&ids[..20], 8));
    let seq = last_entry(&sandbox);
    stream.add(vec![ids[20].clone(), ids[3].clone()]).unwrap();
    let (before, after) = (ids[16..20].to_vec(), ids[16..21].to_vec());
    eventually("the added device is carried", || standing(&sandbox).contains(&after));
    assert_eq!(since(&sandbox, seq), (vec![after.clone()], vec![before]));
    pull(&stream, |frames, _| {
        frames.iter().any(|frame| frame.device_id == ids[20])
    });
    // A new connection takes what finds no room.
    let seq = last_entry(&sandbox);
    stream.add(ids[21..25].to_vec()).unwrap();
    let (grown, new) = (ids[16..24].to_vec(), ids[24..25].to_vec());
    eventually("the rest is carried", || standing(&sandbox).contains(&new));
    eventually("the grown one is back", || standing(&sandbox).contains(&grown));
    assert_eq!(since(&sandbox, seq).1, vec![after]);
    assert_eq!(stream.connections(), 4);
    // Removing a whole connection closes it, removing one device touches one connection.
    let seq = last_entry(&sandbox);
    stream.remove(ids[8..16].to_vec());
    stream.remove(vec![ids[0].clone(), "nobody".into()]);
    let rest = ids[1..8].to_vec();
    eventually("the smaller set is carried", || {
        standing(&sandbox) == [rest.clone(), grown.clone(), new.clone()].into()
    });
    let (opened, mut closed) = since(&sandbox, seq);
    closed.sort();
    assert_eq!(
        (opened, closed),
        (vec![rest], vec![ids[..8].to_vec(), ids[8..16].to_vec()])
    );
    assert_eq!(stream.devices(), [&ids[1..8], &ids[16..25]].concat());
    // The last one closes the stream.
    stream.remove(stream.devices());
    pull(&stream, |_, _| false);
    assert!(stream.next_batch_blocking(1, None).unwrap().is_none());
    assert_eq!(stream.add(vec![ids[0].clone()]).unwrap_err().kind(), ErrorKind::Closed);
    eventually("all sockets are closed", || sandbox.open_streams() == 0);
}

#[test]
fn a_pause_closes_the_sockets_and_resuming_opens_them() {
    let sandbox = platform();
    let ids = sorted(&sandbox);
    let stream = open(&sandbox, settings(&sandbox, 10), &ids[..20]);
    pull(&stream, |frames, states| {
        !frames.is_empty() && states.values().flatten().count() == 4
    });
    stream.pause();
    stream.pause();
    let states = pull(&stream, |_, states| states.len() == 2);
    assert!(states.values().all(|states| states == &["paused"]), "{states:?}");
    eventually("the sockets are closed", || sandbox.open_streams() == 0);
    // What is added meanwhile waits, too, and a change of the network wakes nobody.
    stream.add(ids[20..25].to_vec()).unwrap();
    stream.network_changed();
    pull(&stream, |_, states| {
        states.get(&2).is_some_and(|states| states == &["paused"])
    });
    assert_eq!(requests(&sandbox, "/v1/operator/stream").len(), 2);
    assert!(
        stream
            .gaps()
            .iter()
            .any(|gap| gap.cause == GapCause::Paused && gap.is_open())
    );
    stream.resume();
    stream.resume();
    let states = pull(&stream, |frames, states| {
        !frames.is_empty() && states.values().flatten().count() == 6
    });
    assert!(
        states.values().all(|states| states == &["connecting", "live"]),
        "{states:?}"
    );
    assert_eq!(standing(&sandbox), sets(&ids[..25], 10));
}

/// A back-off that nobody waits out.
fn for_ever(config: &mut Config) {
    config.stream.backoff.base = Duration::from_secs(36_000_000);
    config.stream.backoff.cap = config.stream.backoff.base;
}

#[test]
fn a_change_of_the_network_ends_the_wait_and_replaces_what_stands() {
    let sandbox = platform();
    let ids = sorted(&sandbox);
    let mut config = settings(&sandbox, 10);
    for_ever(&mut config);
    let stream = open(&sandbox, config, &ids[..20]);
    pull(&stream, |_, states| states.values().flatten().count() == 4);
    sandbox.disconnect_streams();
    pull(&stream, |_, states| {
        states.values().flatten().filter(|state| **state == "waiting").count() == 2
    });
    stream.network_changed();
    let states = pull(&stream, |_, states| states.values().flatten().count() == 4);
    assert!(
        states.values().all(|states| states == &["connecting", "live"]),
        "{states:?}"
    );
    // A second one right after it is put off, and not lost.
    let seq = last_entry(&sandbox);
    stream.network_changed();
    eventually("the sockets are replaced", || {
        // A platform that has not noticed the end of the old socket yet refuses the new one, which then waits for ever.
        let refused = requests(&sandbox, "/v1/operator/stream")
            .iter()
            .any(|request| request.status == Some(409));
        refused || since(&sandbox, seq).0.len() == 2
    });
    eventually("the old ones are closed", || since(&sandbox, seq).1.len() == 2);
}

#[test]
fn two_processes_share_a_fleet_without_talking() {
    let sandbox = platform();
    let ids = sandbox.device_ids();
    let part = |index| {
        let mut config = settings(&sandbox, 10);
        config.stream.partition = Some(Partition { index, count: 2 });
        open(&sandbox, config, &ids)
    };
    let (first, second) = (part(0), part(1));
    let shares = (first.devices(), second.devices());
    assert!(shares.0.len() > 25 && shares.1.len() > 25, "near-even");
    let all: BTreeSet<_> = shares.0.iter().chain(&shares.1).cloned().collect();
    assert_eq!((all.len(), shares.0.len() + shares.1.len()), (100, 100));
    let wanted: BTreeSet<_> = sets(&shares.0, 10).union(&sets(&shares.1, 10)).cloned().collect();
    eventually("every device is carried once", || standing(&sandbox) == wanted);
    // What is another's is neither added nor refused; with nothing of its own a stream does not begin.
    first.add(shares.1.clone()).unwrap();
    assert_eq!(first.devices(), shares.0);
    let mut config = settings(&sandbox, 10);
    config.stream.partition = Some(Partition { index: 0, count: 2 });
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    assert_eq!(
        client.telemetry([shares.1[0].clone()]).unwrap_err().details()["field"],
        "devices"
    );
}

#[test]
fn a_connection_that_failed_leaves_the_others_running_and_comes_back_without_what_it_failed_for() {
    let sandbox = platform();
    let ids = sorted(&sandbox);
    let wrong = "dvc_zzz".to_owned();
    // 10, and 4 with an unknown one: ids are hexadecimal, so that it sorts behind them.
    let devices = [&ids[..14], std::slice::from_ref(&wrong)].concat();
    let stream = open(&sandbox, settings(&sandbox, 10), &devices);
    let mut failure = None;
    eventually("one fails, the other is live", || {
        let batch = stream
            .next_batch_blocking(1000, Some(Duration::from_millis(50)))
            .unwrap()
            .unwrap();
        for event in batch.events {
            if let StreamStatus::Failed(error) = event.status {
                failure = Some((event.connection, error.kind()));
            }
        }
        failure.is_some() && !batch.frames.is_empty()
    });
    assert_eq!(failure, Some((1, ErrorKind::NotFound)));
    assert_eq!((stream.connections(), standing(&sandbox)), (1, sets(&ids[..10], 10)));
    // Nothing is added to what failed.
    stream.add(vec![ids[14].clone()]).unwrap();
    eventually("it gets a connection of its own", || {
        standing(&sandbox).contains(&ids[14..15])
    });
    let seq = last_entry(&sandbox);
    stream.remove(vec![wrong]);
    eventually("the rest comes back", || standing(&sandbox).contains(&ids[10..14]));
    assert_eq!(since(&sandbox, seq), (vec![ids[10..14].to_vec()], vec![]));
    let states = pull(&stream, |_, states| {
        states.get(&3).is_some_and(|states| states.len() == 2)
    });
    assert_eq!(states[&3], ["connecting", "live"]);
}

#[test]
fn a_stream_fails_when_its_last_connection_has_failed() {
    let sandbox = platform();
    let stream = open(&sandbox, settings(&sandbox, 1), &["dvc_a".into(), "dvc_b".into()]);
    let (mut failed, mut end) = (BTreeSet::new(), None);
    eventually("it ends", || {
        match stream.next_batch_blocking(10, Some(Duration::from_millis(50))) {
            Ok(batch) => {
                let batch = batch.unwrap();
                failed.extend(
                    batch
                        .events
                        .iter()
                        .filter(|event| event.status.error().is_some())
                        .map(|event| event.connection),
                );
                false
            }
            Err(error) => {
                end = Some(error.kind());
                true
            }
        }
    });
    assert_eq!((failed, end), ([0, 1].into(), Some(ErrorKind::NotFound)));
    assert!(stream.is_closed());
}

#[test]
fn a_machine_that_slept_opens_everything_anew_and_waits_no_longer() {
    let sandbox = platform();
    let ids = sorted(&sandbox);
    let clock = ManualClock::new(jiff::Timestamp::now());
    let mut config = settings(&sandbox, 10);
    config.clock = clock.shared();
    config.stream.connect_stagger = Duration::ZERO;
    for_ever(&mut config);
    let stream = open(&sandbox, config, &ids[..20]);
    eventually("both stand", || sandbox.open_streams() == 2);
    // The clock of the stream stands still, so that nothing but a sleep can end these waits.
    sandbox.disconnect_streams();
    eventually("both wait", || sandbox.open_streams() == 0);
    let slept = |seconds| {
        clock.jump_wall(jiff::SignedDuration::from_secs(seconds));
        clock.advance(Duration::from_secs(5));
    };
    let waits = || {
        let mut waiting = 0;
        while let Ok(Some(batch)) = stream.next_batch_blocking(1000, Some(Duration::ZERO)) {
            if batch.is_empty() {
                break;
            }
            waiting += batch
                .events
                .iter()
                .filter(|event| event.status.name() == "waiting")
                .count();
        }
        waiting
    };
    let mut seen = 0;
    eventually("both tell that they wait", || {
        seen += waits();
        seen == 2
    });
    slept(5);
    slept(60);
    eventually("both are back", || sandbox.open_streams() == 2);
    // Now both stand, on sockets that a sleep leaves in doubt.
    let seq = last_entry(&sandbox);
    slept(60);
    eventually("both are replaced", || {
        // See above for refused ones.
        let refused = requests(&sandbox, "/v1/operator/stream")
            .iter()
            .any(|request| request.status == Some(409));
        refused || since(&sandbox, seq).0.len() == 2
    });
}

#[test]
fn whatever_several_threads_want_at_once_the_last_word_counts() {
    let sandbox = platform();
    let ids = sorted(&sandbox);
    let mut config = settings(&sandbox, 8);
    config.stream.min_wake_interval = Duration::from_millis(20);
    let stream = open(&sandbox, config, &ids[..40]);
    thread::scope(|scope| {
        for mine in ids[40..].chunks(15) {
            let stream = &stream;
            scope.spawn(move || {
                for round in 0..10 {
                    stream.add(mine.to_vec()).unwrap();
                    stream.pause();
                    stream.remove(mine[round..].to_vec());
                    stream.network_changed();
                    stream.resume();
                    thread::sleep(Duration::from_millis(10));
                }
            });
        }
    });
    stream.add(ids.clone()).unwrap();
    stream.resume();
    assert_eq!(stream.devices(), ids);
    eventually("every device is carried once", || {
        let open = standing(&sandbox);
        let carried: Vec<_> = open.iter().flatten().cloned().collect();
        open.len() == stream.connections() && carried.len() == 100 && BTreeSet::from_iter(carried).len() == 100
    });
    stream.close();
    eventually("all sockets are closed", || sandbox.open_streams() == 0);
}

#[test]
fn an_id_too_long_for_any_url_is_refused_by_name() {
    let sandbox = platform();
    let error = client(&sandbox).telemetry(["d".repeat(5000)]).unwrap_err();
    assert_eq!(
        (error.kind(), &error.details()["field"]),
        (ErrorKind::InvalidRequest, &"devices".into())
    );
}
