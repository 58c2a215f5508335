//! Waits that the platform asks for: as long as asked, plus the jitter that the settings allow.

use std::{future::poll_fn, sync::Arc, time::Duration};

use jiff::Timestamp;
use tellus_core::{
    Client, ErrorKind,
    clock::{BoxFuture, Clock, ManualClock},
};
use tellus_sandbox::{FaultKind, Options, Sandbox};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::common::{block_on, client, config, credentials, requests, sandbox};

/// A clock that moves only when told to, and tells for how long somebody goes to sleep on it.
#[derive(Debug)]
struct Watched {
    clock: ManualClock,
    sleeps: UnboundedSender<Duration>,
}

impl Clock for Watched {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let (mut sleep, sleeps) = (self.clock.sleep(duration), self.sleeps.clone());
        let mut told = false;
        Box::pin(poll_fn(move |context| {
            let done = sleep.as_mut().poll(context);
            // Only somebody who really waits counts: most time limits are never waited for.
            if done.is_pending() && !std::mem::replace(&mut told, true) {
                sleeps.send(duration).unwrap();
            }
            done
        }))
    }
}

/// A client on a clock of its own, whose waits come out of the channel.
fn watched(sandbox: &Sandbox, jitter: Duration) -> (Client, ManualClock, UnboundedReceiver<Duration>) {
    let (sleeps, heard) = unbounded_channel();
    let clock = ManualClock::new(sandbox.now());
    let mut config = config(sandbox);
    config.clock = Arc::new(Watched {
        clock: clock.clone(),
        sleeps,
    });
    config.retry.retry_after_jitter = jitter;
    (Client::new(config, credentials(sandbox)).unwrap(), clock, heard)
}

fn limited(retry_after_seconds: u64) -> FaultKind {
    FaultKind::Error {
        status: 429,
        code: 5001,
        message: None,
        details: None,
        retry_after_seconds: Some(retry_after_seconds),
    }
}

fn statuses(sandbox: &Sandbox, path: &str) -> Vec<Option<u16>> {
    requests(sandbox, path).iter().map(|request| request.status).collect()
}

#[test]
fn without_jitter_a_read_waits_exactly_as_long_as_it_was_asked_to() {
    let sandbox = sandbox();
    let (client, clock, mut sleeps) = watched(&sandbox, Duration::ZERO);
    sandbox.inject(limited(12).once().on("/operator/sites"));
    block_on(async {
        let read = tokio::spawn(client.sites(None).collect());
        assert_eq!(sleeps.recv().await, Some(Duration::from_secs(12)));
        clock.advance(Duration::from_millis(11_999));
        assert_eq!(statuses(&sandbox, "/v1/operator/sites"), [Some(429)]);
        assert!(!read.is_finished());
        clock.advance(Duration::from_millis(1));
        assert_eq!(read.await.unwrap().unwrap().len(), 3);
    });
    assert_eq!(statuses(&sandbox, "/v1/operator/sites"), [Some(429), Some(200)]);
    assert!(sleeps.try_recv().is_err(), "it waited once");
}

#[test]
fn what_a_full_minute_asks_for_is_enough() {
    let sandbox = Sandbox::start(Options {
        query_per_minute: 1,
        token_per_minute: 1,
        ..Options::default()
    })
    .unwrap();
    let (client, clock, mut sleeps) = watched(&sandbox, Duration::ZERO);
    let id = sandbox.device_ids().remove(0);
    block_on(async {
        client.device(&id).await.unwrap();
        // The minute's token request is spent, too.
        let (other, other_clock, mut other_sleeps) = watched(&sandbox, Duration::ZERO);
        let authenticated = tokio::spawn(async move { other.authenticate().await });
        let again = tokio::spawn(async move { client.device(&id).await });
        let (read, token) = (sleeps.recv().await.unwrap(), other_sleeps.recv().await.unwrap());
        assert!(
            read > Duration::from_secs(50) && read <= Duration::from_secs(60),
            "{read:?}"
        );
        sandbox.advance(read.max(token));
        clock.advance(read);
        other_clock.advance(token);
        again.await.unwrap().unwrap();
        authenticated.await.unwrap().unwrap();
    });
    assert_eq!(
        statuses(&sandbox, "/v1/operator/devices"),
        [Some(200), Some(429), Some(200)]
    );
    assert_eq!(
        statuses(&sandbox, "/v1/operator/oauth/token"),
        [Some(200), Some(429), Some(200)]
    );
}

#[test]
fn jitter_comes_on_top_and_stays_within_its_bound() {
    let sandbox = sandbox();
    let (client, clock, mut sleeps) = watched(&sandbox, Duration::from_secs(3));
    let asked = Duration::from_secs(5);
    sandbox.inject(limited(asked.as_secs()).times(4).on("/operator/sites"));
    block_on(async {
        let read = tokio::spawn(client.sites(None).collect());
        let mut waits = Vec::new();
        for _ in 0..4 {
            let wait = sleeps.recv().await.unwrap();
            clock.advance(wait);
            waits.push(wait);
        }
        read.await.unwrap().unwrap();
        assert!(
            waits
                .iter()
                .all(|wait| (asked..=asked + Duration::from_secs(3)).contains(wait)),
            "{waits:?}"
        );
        waits.dedup();
        assert_eq!(waits.len(), 4, "each wait is drawn anew");
    });
}

#[test]
fn a_wait_is_kept_by_the_real_clock_and_a_long_one_goes_to_the_caller() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    block_on(client.authenticate()).unwrap();
    sandbox.inject(limited(1).once().on("/operator/sites"));
    let start = std::time::Instant::now();
    block_on(client.sites(None).collect()).unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(requests(&sandbox, "/v1/operator/sites").len(), 2);
    sandbox.inject(limited(90).once().on("/operator/sites"));
    let error = block_on(client.sites(None).collect()).unwrap_err();
    assert_eq!(
        (error.kind(), error.retry_after()),
        (ErrorKind::RateLimited, Some(Duration::from_secs(90)))
    );
}
