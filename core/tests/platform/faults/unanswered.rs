//! An address that does not even take calls. On Linux: elsewhere a full queue answers.

use std::{net::TcpStream, time::Duration};

use tellus_core::{Client, Config, Credentials, ErrorKind, GapCause, config::ProxySetting};
use tokio::net::{TcpListener, TcpSocket};

use super::harness::{Watcher, platform};
use crate::common::{block_on, config, requests};

/// A listener whose queue is full, and what fills it: a call is neither taken nor refused.
fn full() -> (TcpListener, Vec<TcpStream>) {
    let listener = block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        socket.listen(1).unwrap()
    });
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) {
        waiting.push(stream);
        assert!(waiting.len() < 100, "the queue has no end");
    }
    (listener, waiting)
}

#[test]
fn an_address_that_does_not_answer_is_given_up_after_the_first_attempts() {
    let sandbox = platform();
    let (listener, _waiting) = full();
    let mut config = Config::new(format!("http://{}/v1", listener.local_addr().unwrap()));
    config.proxy = ProxySetting::None;
    config.dial.tcp = Duration::from_millis(200);
    config.stream.backoff = self::config(&sandbox).stream.backoff;
    config.stream.first_attempts = 3;
    let client = Client::new(config, Credentials::token("t")).unwrap();
    let mut watcher = Watcher::of(client.telemetry(sandbox.device_ids()).unwrap());
    let error = watcher.until_end().clone().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.reason().contains("connection to 127.0.0.1"), "{error}");
    let tries = ["connecting", "waiting", "connecting", "waiting", "connecting", "failed"];
    assert_eq!(watcher.seen.names(), tries);
    watcher.assert_open(GapCause::Connecting, false);
    assert!(watcher.seen.frames.is_empty() && requests(&sandbox, "").is_empty());
}
