//! A sandbox, a client for it, and readers of its journal.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use tellus_core::{Backoff, Client, Config, Credentials};
use tellus_sandbox::{JournalEvent, Options, RequestEntry, Sandbox};
use tokio::runtime::Runtime;

/// Runs a test on a runtime of its own: the SDK must not need to be called from its own one.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap()).block_on(future)
}

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::start(Options {
        cadence: Duration::from_millis(50),
        ..Options::default()
    })
    .unwrap()
}

/// Waits between attempts are short, so that tests do not wait for them.
pub(crate) fn config(sandbox: &Sandbox) -> Config {
    let mut config = Config::new(sandbox.base_url());
    let quick = Backoff {
        base: Duration::from_millis(10),
        cap: Duration::from_millis(50),
    };
    config.retry.backoff = quick;
    config.stream.backoff = quick;
    config.stream.first_attempts = 100;
    config.extra_roots_pem.extend(sandbox.ca_pem().map(str::to_owned));
    config
}

pub(crate) fn credentials(sandbox: &Sandbox) -> Credentials {
    Credentials::client_secret(sandbox.client_id(), sandbox.client_secret())
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    Client::new(config(sandbox), credentials(sandbox)).unwrap()
}

/// The requests under a path, in order.
pub(crate) fn requests(sandbox: &Sandbox, path: &str) -> Vec<RequestEntry> {
    let journal = sandbox.journal().into_iter();
    let requests = journal.filter_map(|entry| match entry.event {
        JournalEvent::Request(request) => Some(request),
        _ => None,
    });
    requests.filter(|request| request.path.starts_with(path)).collect()
}

pub(crate) fn token_requests(sandbox: &Sandbox) -> usize {
    requests(sandbox, "/v1/operator/oauth/token").len()
}

/// Waits until something holds that another thread brings about; fails after ten seconds.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
