//! Telemetry over real sockets: what arrives, what is survived, what ends it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use tellus_core::{
    Batch, Client, ErrorKind, ListenerHandle, StatusEvent, Subscription, TelemetryListener,
    model::{ConnectorState, TelemetryFrame},
};
use tellus_sandbox::{FaultKind, JournalEvent, Options, Sandbox};

use crate::common::{client, config, credentials, eventually, requests, sandbox};

/// Pulls until `enough` says so, and returns all that came; fails after ten seconds.
fn pull(
    stream: &Subscription,
    mut enough: impl FnMut(&[TelemetryFrame], &[&'static str]) -> bool,
) -> (Vec<TelemetryFrame>, Vec<&'static str>) {
    let deadline = Instant::now() + Duration::from_secs(10);
    let (mut frames, mut statuses) = (Vec::new(), Vec::new());
    while !enough(&frames, &statuses) {
        assert!(
            Instant::now() < deadline,
            "not enough after ten seconds: {} frames, {statuses:?}",
            frames.len()
        );
        let batch = stream
            .next_batch_blocking(1000, Some(Duration::from_millis(200)))
            .unwrap();
        let Some(batch) = batch else { break };
        statuses.extend(batch.events.iter().map(|event| event.status.name()));
        frames.extend(&batch.frames);
    }
    (frames, statuses)
}

fn open_streams(sandbox: &Sandbox) -> (usize, usize) {
    let journal = sandbox.journal();
    let count = |wanted: fn(&JournalEvent) -> bool| journal.iter().filter(|entry| wanted(&entry.event)).count();
    (
        count(|event| matches!(event, JournalEvent::StreamOpen { .. })),
        count(|event| matches!(event, JournalEvent::StreamClose { .. })),
    )
}

#[test]
fn frames_arrive_with_values_and_the_states_of_the_stream_in_order() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let ids = sandbox.device_ids();
    let stream = client.telemetry(ids.clone()).unwrap();
    let (frames, statuses) = pull(&stream, |frames, _| frames.len() >= 2 * ids.len());
    assert_eq!(statuses, ["connecting", "live"]);
    assert!(ids.iter().all(|id| frames.iter().any(|frame| frame.device_id == *id)));
    let readings = || frames.iter().flat_map(|frame| &frame.connectors);
    assert!(readings().any(|reading| reading.power.is_some_and(|power| power > 0.0)));
    assert!(readings().any(|reading| reading.state == Some(ConnectorState::Discharging)));
    let request = requests(&sandbox, "/v1/operator/stream").remove(0);
    assert!(
        !request.query.unwrap().contains("token"),
        "the token travels in the header"
    );
    assert_eq!(stream.stats().connections, 1);
}

#[test]
fn closing_closes_the_socket_and_delivers_what_had_arrived() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let stream = client.telemetry(sandbox.device_ids()).unwrap();
    pull(&stream, |frames, _| !frames.is_empty());
    stream.close();
    stream.close();
    let (_, statuses) = pull(&stream, |_, _| false);
    assert_eq!(statuses, ["closed"]);
    eventually("the socket is closed", || open_streams(&sandbox) == (1, 1));
    assert!(stream.next_batch_blocking(1, None).unwrap().is_none());
}

#[test]
fn dropping_the_stream_or_closing_the_client_closes_the_socket() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let stream = client.telemetry(sandbox.device_ids()).unwrap();
    pull(&stream, |frames, _| !frames.is_empty());
    drop(stream);
    eventually("the socket is closed", || open_streams(&sandbox) == (1, 1));
    let stream = client.telemetry(sandbox.device_ids()).unwrap();
    pull(&stream, |frames, _| !frames.is_empty());
    client.close();
    eventually("the socket is closed", || open_streams(&sandbox) == (2, 2));
}

#[test]
fn a_quiet_connection_that_answers_pings_stays() {
    let quiet = Sandbox::start(Options {
        cadence: Duration::from_secs(3600),
        ..Options::default()
    })
    .unwrap();
    let mut config = config(&quiet);
    config.stream.ping_interval = Duration::from_millis(50);
    config.stream.silence = Duration::from_millis(250);
    let client = Client::new(config, credentials(&quiet)).unwrap();
    let stream = client.telemetry(quiet.device_ids()).unwrap();
    pull(&stream, |_, statuses| statuses.contains(&"live"));
    let until = Instant::now() + Duration::from_secs(1);
    let (_, statuses) = pull(&stream, |_, _| Instant::now() > until);
    assert_eq!(statuses, [""; 0]);
}

#[test]
fn odd_messages_are_counted_and_survived() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let stream = client.telemetry(sandbox.device_ids()).unwrap();
    pull(&stream, |frames, _| !frames.is_empty());
    sandbox.inject(FaultKind::StreamMalformed {}.times(2));
    eventually("malformed ones are counted", || stream.stats().malformed == 2);
    sandbox.inject(FaultKind::StreamDuplicate {}.times(3));
    eventually("duplicates are counted", || stream.stats().duplicates == 3);
    sandbox.inject(
        FaultKind::UnknownState {
            state: "preparing".into(),
            device: None,
        }
        .always(),
    );
    let preparing = Some(ConnectorState::Other("preparing".into()));
    pull(&stream, |frames, _| {
        frames
            .iter()
            .flat_map(|frame| &frame.connectors)
            .any(|reading| reading.state == preparing)
    });
    assert_eq!(stream.stats().connections, 1);
}

#[test]
fn what_trying_again_cannot_help_ends_the_stream() {
    let sandbox = sandbox();
    let ids = sandbox.device_ids();
    let refused = |status, code| FaultKind::Error {
        status,
        code,
        message: None,
        details: None,
        retry_after_seconds: None,
    };
    for (fault, kind) in [
        (refused(403, 2003), ErrorKind::PermissionDenied),
        (refused(401, 2001), ErrorKind::Authentication),
    ] {
        sandbox.inject(fault.always().on("/operator/stream"));
        let stream = client(&sandbox).telemetry(ids.clone()).unwrap();
        let error = loop {
            match stream.next_batch_blocking(10, Some(Duration::from_secs(5))) {
                Ok(Some(batch)) => assert!(!batch.is_empty(), "the time is up"),
                Ok(None) => panic!("closed"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), kind);
        sandbox.clear_faults();
    }
    let stream = client(&sandbox).telemetry(["dvc_nowhere"]).unwrap();
    let end = (0..30).find_map(|_| stream.next_batch_blocking(10, Some(Duration::from_secs(5))).err());
    assert_eq!(end.unwrap().kind(), ErrorKind::NotFound);
}

#[test]
fn bad_device_lists_are_refused_at_once() {
    let client = client(&sandbox());
    for ids in [vec![], vec![""], vec!["a,b"], vec!["a\n"]] {
        assert_eq!(client.telemetry(ids).unwrap_err().details()["field"], "devices");
    }
    assert_eq!(client.telemetry(["b", "a", "b"]).unwrap().devices(), ["a", "b"]);
}

/// Records what it is told, fails when told to, and may close its own subscription.
#[derive(Default)]
struct Recorder {
    frames: AtomicU32,
    statuses: Mutex<Vec<&'static str>>,
    fail: bool,
    close_me: Mutex<Option<ListenerHandle>>,
}

impl TelemetryListener for Recorder {
    fn on_batch(&self, batch: &Batch) -> Result<(), String> {
        assert_eq!(std::thread::current().name(), Some("tellus-listener"));
        self.frames.fetch_add(batch.frames.len() as u32, Ordering::SeqCst);
        if let Some(handle) = self.close_me.lock().unwrap().as_ref() {
            handle.close();
        }
        if self.fail {
            Err("as told\nand a stack trace".into())
        } else {
            Ok(())
        }
    }

    fn on_status(&self, event: &StatusEvent) -> Result<(), String> {
        self.statuses.lock().unwrap().push(event.status.name());
        Ok(())
    }
}

#[test]
fn a_listener_is_told_everything_and_may_close_from_inside() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let listener = Arc::new(Recorder::default());
    let handle = client.subscribe(sandbox.device_ids(), listener.clone()).unwrap();
    eventually("frames are delivered", || listener.frames.load(Ordering::SeqCst) > 20);
    *listener.close_me.lock().unwrap() = Some(handle);
    eventually("the end is told", || {
        listener.statuses.lock().unwrap().last() == Some(&"closed")
    });
    assert_eq!(*listener.statuses.lock().unwrap(), ["connecting", "live", "closed"]);
    eventually("the socket is closed", || open_streams(&sandbox) == (1, 1));
}

#[test]
fn a_listener_that_keeps_failing_is_detached() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let listener = Arc::new(Recorder {
        fail: true,
        ..Recorder::default()
    });
    let handle = client.subscribe(sandbox.device_ids(), listener.clone()).unwrap();
    eventually("it is detached", || handle.is_closed());
    assert_eq!(handle.stats().listener_failures, 10);
    eventually("the socket is closed", || open_streams(&sandbox) == (1, 1));
}
