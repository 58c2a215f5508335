//! Silence: on a connection that stood, and at every step on the way to one.

use std::time::Duration;

use tellus_core::{Client, Config, ErrorKind, GapCause};
use tellus_sandbox::{CloseReason, FaultKind, Options, Sandbox};

use super::harness::{Watcher, manual, options, platform, streams, upgrades};
use crate::common::{block_on, config, credentials};

#[test]
fn a_half_open_socket_is_found_by_its_silence() {
    let sandbox = platform();
    let (config, clock) = manual(&sandbox);
    let mut watcher = Watcher::live(&sandbox, config);
    sandbox.inject(FaultKind::StreamHalfOpen {});
    // What was on its way still counts as life, so that it takes more than one look.
    watcher.until("the silence is noticed", |seen| {
        clock.advance(Duration::from_secs(10));
        seen.is("waiting")
    });
    let error = watcher.seen.statuses[0].error().unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    watcher.assert_open(GapCause::Reconnect, true);
    watcher.until("it is back", |seen| {
        clock.advance(Duration::from_millis(10));
        seen.is("live")
    });
    watcher.seen.turn();
    watcher.until_all_report();
    watcher.assert_bridged(GapCause::Reconnect, 1);
    assert_eq!(streams(&sandbox), (2, vec![CloseReason::Fault]));
    assert_eq!(upgrades(&sandbox), [101, 101]);
    watcher.settle(&[&sandbox]);
}

#[test]
fn a_connection_without_pongs_lives_as_long_as_frames_come() {
    let sandbox = platform();
    let (config, clock) = manual(&sandbox);
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    let device = sandbox.device_ids().remove(0);
    let mut watcher = Watcher::of(client.telemetry([device.clone()]).unwrap());
    watcher.until_all_report();
    sandbox.inject(FaultKind::StreamNoPong {});
    // Several pings, and more than the longest silence.
    for _ in 0..5 {
        clock.advance(Duration::from_secs(15));
        watcher.seen.turn();
        watcher.until_all_report();
        assert!(watcher.seen.statuses.is_empty(), "{:?}", watcher.seen.names());
    }
    assert_eq!(streams(&sandbox), (1, vec![]));
    let silent = |cleared| FaultKind::DeviceSilent {
        device: device.clone(),
        cleared,
    };
    sandbox.inject(silent(false));
    watcher.until("the silence is noticed", |seen| {
        clock.advance(Duration::from_secs(10));
        seen.is("waiting")
    });
    assert_eq!(watcher.seen.statuses[0].error().unwrap().kind(), ErrorKind::Timeout);
    watcher.assert_open(GapCause::Reconnect, true);
    watcher.until("it is back", |seen| {
        clock.advance(Duration::from_millis(10));
        seen.is("live")
    });
    sandbox.inject(silent(true));
    watcher.seen.turn();
    watcher.until_all_report();
    watcher.assert_bridged(GapCause::Reconnect, 1);
    assert_eq!(streams(&sandbox), (2, vec![CloseReason::Client]));
    watcher.settle(&[&sandbox]);
}

/// A client that has its token already: the next connection is the stream's.
fn with_token(config: Config, sandbox: &Sandbox) -> Client {
    let client = Client::new(config, credentials(sandbox)).unwrap();
    block_on(client.authenticate()).unwrap();
    client
}

#[test]
fn silence_on_the_way_to_a_stream_ends_with_the_steps_own_time_out() {
    let slow = FaultKind::Slow { delay_ms: 3_600_000 };
    for (step, tls, fault) in [
        ("TLS handshake", true, FaultKind::ConnectionSilent {}.once()),
        ("upgrade", false, FaultKind::ConnectionSilent {}.once()),
        ("upgrade", true, slow.once().on("/operator/stream")),
    ] {
        let sandbox = Sandbox::start(Options { tls, ..options() }).unwrap();
        let mut config = config(&sandbox);
        let short = Duration::from_millis(300);
        match step {
            "upgrade" => config.dial.upgrade = short,
            _ => config.dial.tls = short,
        }
        let client = with_token(config, &sandbox);
        let heard = fault.path.is_some();
        sandbox.inject(fault);
        let mut watcher = Watcher::of(client.telemetry(sandbox.device_ids()).unwrap());
        watcher.until("the time is up", |seen| seen.is("waiting"));
        let error = watcher.seen.statuses[1].error().unwrap().clone();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(error.reason().contains(step), "{error}");
        watcher.assert_open(GapCause::Connecting, false);
        // A busy machine may need more than one more try.
        watcher.until_all_report();
        let gaps = watcher.gaps(GapCause::Connecting);
        assert_eq!(gaps.len(), sandbox.device_ids().len());
        assert!(gaps.iter().all(|gap| gap.last.is_none() && gap.next.is_some()));
        // A request that was heard is written down, with no answer to it.
        let unanswered = upgrades(&sandbox).iter().filter(|status| **status == 0).count();
        assert!(unanswered >= usize::from(heard), "{:?}", upgrades(&sandbox));
        assert_eq!(upgrades(&sandbox).last(), Some(&101));
        watcher.settle(&[&sandbox]);
    }
}
