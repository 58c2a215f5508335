//! Tokens that end in the middle of a stream, and rights that do.

use tellus_core::{ErrorKind, GapCause};
use tellus_sandbox::{CloseReason, FaultKind, Options, Sandbox};

use super::harness::{Watcher, options, platform, refusal, streams, upgrades};
use crate::common::{config, token_requests};

#[test]
fn a_platform_that_does_not_mind_goes_on_when_the_token_ends() {
    let sandbox = platform();
    let mut watcher = Watcher::live(&sandbox, config(&sandbox));
    sandbox.inject(FaultKind::ExpireTokens {});
    for _ in 0..3 {
        watcher.seen.turn();
        watcher.until_all_report();
    }
    assert_eq!((streams(&sandbox), token_requests(&sandbox)), ((1, vec![]), 1));
    assert!(watcher.gaps(GapCause::Reconnect).is_empty());
    watcher.settle(&[&sandbox]);
}

#[test]
fn a_stream_that_ends_with_its_token_comes_back_with_one_new_one() {
    for fault in [FaultKind::ExpireTokens {}, FaultKind::RevokeTokens {}] {
        let sandbox = Sandbox::start(Options {
            close_on_token_end: Some(4401),
            ..options()
        })
        .unwrap();
        let mut watcher = Watcher::live(&sandbox, config(&sandbox));
        sandbox.inject(fault.clone());
        watcher.until("it ends", |seen| seen.names().contains(&"waiting"));
        let error = watcher.seen.statuses[0].error().unwrap();
        assert!(error.reason().contains("4401"), "{error}");
        watcher.until_bridged(GapCause::Reconnect);
        // To the owner the refusal in between is no failure.
        assert_eq!(watcher.seen.names(), ["waiting", "connecting", "live"]);
        assert_eq!(streams(&sandbox), (2, vec![CloseReason::Token]));
        assert_eq!(upgrades(&sandbox), [101, 401, 101], "{fault:?}");
        assert_eq!(token_requests(&sandbox), 2);
        watcher.settle(&[&sandbox]);
    }
}

#[test]
fn rights_that_were_taken_away_end_the_stream_and_leave_its_gaps_open() {
    let sandbox = platform();
    let mut watcher = Watcher::live(&sandbox, config(&sandbox));
    sandbox.inject(refusal(403, 2003, None).always().on("/operator/stream"));
    sandbox.disconnect_streams();
    let error = watcher.until_end().clone().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::PermissionDenied, Some(2003)));
    assert_eq!(watcher.seen.names(), ["waiting", "connecting", "failed"]);
    // It began with the loss, and never ended.
    watcher.assert_open(GapCause::Reconnect, true);
    assert!(watcher.gaps(GapCause::Failed).is_empty());
    // Nobody asks again.
    assert_eq!((upgrades(&sandbox), token_requests(&sandbox)), (vec![101, 403], 1));
    assert_eq!(streams(&sandbox), (1, vec![CloseReason::Fault]));
    watcher.settle(&[&sandbox]);
}
