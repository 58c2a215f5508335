//! Sockets that end: with their platform, with a close code, without a word, in the middle of a frame.

use std::time::Duration;

use tellus_core::{ErrorKind, GapCause};
use tellus_sandbox::{CloseReason, FaultKind, Options, Sandbox};

use super::harness::{Watcher, options, platform, streams, upgrades};
use crate::common::{config, eventually, token_requests};

#[test]
fn a_restarted_platform_is_found_again_with_one_new_token() {
    let mut first = platform();
    let mut watcher = Watcher::live(&first, config(&first));
    first.stop();
    watcher.until("the loss is noticed", |seen| seen.names().contains(&"waiting"));
    watcher.assert_open(GapCause::Reconnect, true);
    assert_eq!(streams(&first), (1, vec![CloseReason::Shutdown]));
    let second = Sandbox::start(Options {
        bind: first.address(),
        // The fleet's time goes on.
        start_at: Some(first.now() + Duration::from_secs(3600)),
        ..options()
    })
    .unwrap();
    watcher.until_bridged(GapCause::Reconnect);
    assert!(watcher.seen.is("live"));
    // The new platform does not know the old token.
    assert_eq!((upgrades(&second), token_requests(&second)), (vec![401, 101], 1));
    watcher.settle(&[&first, &second]);
}

#[test]
fn sockets_that_break_are_replaced_and_the_gap_is_told() {
    let close = |code| FaultKind::StreamClose { code };
    for (fault, reason) in [
        (FaultKind::StreamDrop {}.once(), CloseReason::Fault),
        // In the middle of a tick.
        (FaultKind::StreamDrop {}.once().after(5), CloseReason::Fault),
        (FaultKind::StreamDropMidFrame {}.once().after(5), CloseReason::Fault),
        (close(1000).once(), CloseReason::Fault),
        (close(1011).once(), CloseReason::Fault),
        (close(1012).once().after(5), CloseReason::Fault),
        (close(4000).once(), CloseReason::Fault),
        (
            FaultKind::StreamOversized { bytes: 2 << 20 }.once(),
            CloseReason::Client,
        ),
    ] {
        let sandbox = platform();
        let mut watcher = Watcher::live(&sandbox, config(&sandbox));
        sandbox.inject(fault.clone());
        watcher.until("the loss is noticed", |seen| seen.names().contains(&"waiting"));
        let error = watcher.seen.statuses[0].error().unwrap();
        assert_eq!(
            (error.kind(), error.retryable()),
            (ErrorKind::Connection, true),
            "{error}"
        );
        if let FaultKind::StreamClose { code } = fault.kind {
            assert!(error.reason().contains(&code.to_string()), "{error}");
        }
        watcher.until_bridged(GapCause::Reconnect);
        // The platform may not have noticed the end of the old socket yet, and refuse the new one for that.
        assert!(watcher.seen.is("live"), "{:?}", watcher.seen.names());
        assert_eq!(watcher.stream.stats().connections, 2, "{fault:?}");
        assert_eq!(streams(&sandbox), (2, vec![reason]), "{fault:?}");
        assert!(upgrades(&sandbox).iter().all(|status| [101, 409].contains(status)));
        assert_eq!(token_requests(&sandbox), 1);
        watcher.settle(&[&sandbox]);
        eventually("the last socket is closed", || sandbox.open_streams() == 0);
    }
}
