//! The end, in every state: what it leaves of frames, gaps and sockets. That no task is left is for a test of its own.

use std::{net::TcpListener, time::Duration};

use tellus_core::{Client, Config, Credentials, GapCause, config::ProxySetting};
use tellus_sandbox::{CloseReason, Sandbox};

use super::{
    account::{sent, verify},
    harness::{Watcher, platform, refusal, streams},
};
use crate::common::{config, credentials, eventually};

/// A client that waits for ever when it waits.
fn patient(sandbox: &Sandbox) -> Client {
    let mut config = config(sandbox);
    config.stream.backoff.base = Duration::from_secs(36_000_000);
    config.stream.backoff.cap = config.stream.backoff.base;
    Client::new(config, credentials(sandbox)).unwrap()
}

/// Ends the stream, twice, and pulls what is left.
fn close(watcher: &mut Watcher, sandbox: &Sandbox) {
    watcher.stream.close();
    watcher.stream.close();
    watcher.until_end().as_ref().unwrap();
    assert_eq!(watcher.seen.names().last(), Some(&"closed"));
    assert!(watcher.stream.is_closed());
    eventually("the sockets are closed", || sandbox.open_streams() == 0);
    let (opened, closed) = streams(sandbox);
    assert_eq!(opened, closed.len());
}

fn of_all(client: &Client, sandbox: &Sandbox) -> Watcher {
    let mut watcher = Watcher::of(client.telemetry(sandbox.device_ids()).unwrap());
    watcher.until_all_report();
    watcher.seen.turn();
    watcher
}

#[test]
fn closing_while_it_dials() {
    let sandbox = platform();
    // Takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = Config::new(format!("http://{}/v1", silent.local_addr().unwrap()));
    config.proxy = ProxySetting::None;
    let client = Client::new(config, Credentials::token("t")).unwrap();
    let mut watcher = Watcher::of(client.telemetry(sandbox.device_ids()).unwrap());
    watcher.until("it dials", |seen| seen.is("connecting"));
    close(&mut watcher, &sandbox);
    watcher.assert_open(GapCause::Connecting, false);
    assert!(watcher.seen.frames.is_empty());
}

#[test]
fn closing_while_frames_flow() {
    let sandbox = platform();
    let mut watcher = of_all(&patient(&sandbox), &sandbox);
    close(&mut watcher, &sandbox);
    // Nobody observes any more, and nobody asked to: that is no gap.
    let gaps = watcher.stream.gaps();
    assert!(
        gaps.iter()
            .all(|gap| gap.cause == GapCause::Connecting && !gap.is_open())
    );
    assert_eq!(streams(&sandbox), (1, vec![CloseReason::Client]));
    let mut sent = sent(&[&sandbox], &watcher.stream.devices());
    let last = |device: &str| {
        let mut frames = watcher.seen.frames.iter().rev();
        frames.find(|frame| frame.device_id == device).unwrap().timestamp
    };
    // What had been delivered has no hole; what was under way when the owner left is gone.
    sent.retain(|(device, millis)| *millis <= last(device).as_millisecond());
    verify(&sent, &watcher.seen.frames, &gaps, false);
}

#[test]
fn closing_while_it_waits() {
    let sandbox = platform();
    let mut watcher = of_all(&patient(&sandbox), &sandbox);
    sandbox.disconnect_streams();
    watcher.until("it waits", |seen| seen.is("waiting"));
    close(&mut watcher, &sandbox);
    watcher.assert_open(GapCause::Reconnect, true);
    assert_eq!(streams(&sandbox), (1, vec![CloseReason::Fault]));
    watcher.settle(&[&sandbox]);
}

#[test]
fn closing_while_it_rests() {
    let sandbox = platform();
    let mut watcher = of_all(&patient(&sandbox), &sandbox);
    watcher.stream.pause();
    watcher.until("it rests", |seen| seen.is("paused"));
    close(&mut watcher, &sandbox);
    watcher.assert_open(GapCause::Paused, true);
    assert_eq!(streams(&sandbox), (1, vec![CloseReason::Client]));
    watcher.settle(&[&sandbox]);
}

#[test]
fn closing_after_it_failed() {
    let sandbox = platform();
    sandbox.inject(refusal(403, 2003, None).always().on("/operator/stream"));
    let mut watcher = Watcher::of(patient(&sandbox).telemetry(sandbox.device_ids()).unwrap());
    watcher.until_end().as_ref().unwrap_err();
    watcher.stream.close();
    // The failure stays what there is to tell.
    watcher.seen.end = None;
    watcher.until_end().as_ref().unwrap_err();
    assert_eq!(watcher.seen.names(), ["connecting", "failed"]);
    watcher.assert_open(GapCause::Connecting, false);
    assert_eq!(streams(&sandbox), (0, vec![]));
}
