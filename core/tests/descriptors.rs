//! A process that has no file descriptors left. A test of its own: the shortage is the whole process's.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected has failed")]

use std::{fs::File, process::Command, time::Duration};

use tellus_core::{Backoff, Client, Config, Credentials, ErrorKind, StreamStatus, Subscription, runtime::block_on};
use tellus_sandbox::Sandbox;

/// Set for the process that runs short.
const SHORT: &str = "TELLUS_TEST_SHORT_OF_FILES";

/// This very test is also what the process that runs short does.
#[test]
fn without_descriptors_calls_and_streams_say_so_and_come_back_when_there_are_some() {
    if std::env::var_os(SHORT).is_some() {
        return run_short();
    }
    let sandbox = Sandbox::start(Default::default()).unwrap();
    let end = Command::new("sh")
        .args(["-c", r#"ulimit -n 64 && exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("without_descriptors_calls_and_streams_say_so_and_come_back_when_there_are_some")
        .env("TELLUS_BASE_URL", sandbox.base_url())
        .env("TELLUS_CLIENT_ID", sandbox.client_id())
        .env("TELLUS_CLIENT_SECRET", sandbox.client_secret())
        .env("TELLUS_DEVICES", &sandbox.device_ids()[0])
        .env_remove("TELLUS_TOKEN")
        .env_remove("TELLUS_CA_FILE")
        .env(SHORT, "1")
        .status()
        .unwrap();
    assert!(end.success(), "its own words are above");
}

fn run_short() {
    let mut config = Config::from_env().unwrap();
    config.retry.max_attempts = 1;
    config.stream.backoff = Backoff {
        base: Duration::from_millis(10),
        cap: Duration::from_millis(50),
    };
    let device = config.devices[0].clone();
    let client = Client::new(config.clone(), Credentials::from_env().unwrap()).unwrap();
    block_on(client.authenticate()).unwrap();

    let taken: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(taken.len() < 64);
    let stranger = Client::new(config, Credentials::token("t")).unwrap();
    let error = block_on(stranger.device(&device)).unwrap_err();
    assert_eq!(
        (error.kind(), error.retryable()),
        (ErrorKind::Connection, true),
        "{error}"
    );
    assert!(error.reason().contains("open files"), "{error}");
    let stream = client.telemetry([&device]).unwrap();
    until(&stream, |status| match status {
        StreamStatus::Waiting { error, .. } => {
            assert!(error.reason().contains("open files"), "{error}");
            true
        }
        _ => false,
    });

    drop(taken);
    until(&stream, |status| matches!(status, StreamStatus::Live));
    assert_eq!(block_on(client.device(&device)).unwrap().device_id, device);
}

fn until(stream: &Subscription, mut wanted: impl FnMut(&StreamStatus) -> bool) {
    for _ in 0..100 {
        let batch = stream
            .next_batch_blocking(100, Some(Duration::from_secs(10)))
            .unwrap()
            .unwrap();
        assert!(!batch.is_empty() || !batch.events.is_empty(), "the time is up");
        if batch.events.iter().any(|event| wanted(&event.status)) {
            return;
        }
    }
    panic!("it never came to that");
}
