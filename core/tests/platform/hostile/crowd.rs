//! Ten thousand callers of one client.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures_util::future::join_all;
use jiff::Timestamp;
use tellus_core::{Client, ErrorKind, clock::ManualClock};
use tellus_sandbox::{Options, Sandbox};

use crate::common::{block_on, config, credentials, requests, sandbox, token_requests};

const CALLERS: usize = 10_000;

#[test]
fn a_crowd_is_served_by_few_connections_and_one_token() {
    let sandbox = Sandbox::start(Options {
        query_per_minute: u32::MAX,
        journal_capacity: 4 * CALLERS,
        ..Options::default()
    })
    .unwrap();
    let mut config = config(&sandbox);
    config.quota.query_per_minute = u32::MAX;
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    let device = sandbox.device_ids().remove(0);
    let answers = block_on(join_all((0..CALLERS).map(|_| client.device(&device))));
    for answer in answers {
        assert_eq!(answer.unwrap().device_id, device);
    }
    let served = requests(&sandbox, "/v1/operator/devices");
    assert_eq!(served.len(), CALLERS);
    // 64 at a time; a connection that is being closed may have its successor already.
    let connections: HashSet<_> = served.iter().map(|request| request.connection).collect();
    assert!(connections.len() <= 100, "{}", connections.len());
    assert_eq!(token_requests(&sandbox), 1);
}

#[test]
fn of_a_crowd_the_limit_goes_out_and_the_others_are_told_when_to_come_again() {
    let sandbox = sandbox();
    let clock = ManualClock::new(Timestamp::now());
    let mut config = config(&sandbox);
    config.clock = clock.shared();
    config.quota.max_wait = Duration::ZERO;
    let client = Arc::new(Client::new(config, credentials(&sandbox)).unwrap());
    let device = sandbox.device_ids().remove(0);
    let answers = block_on(join_all((0..CALLERS).map(|_| client.device(&device))));
    let (served, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((served.len(), refused.len()), (60, CALLERS - 60));
    for error in refused.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
        assert!(
            error.retry_after().is_some_and(|wait| wait <= Duration::from_secs(60)),
            "{error}"
        );
    }
    assert_eq!(requests(&sandbox, "/v1/operator/devices").len(), 60);
}
