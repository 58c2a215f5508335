//! Heads of answers that are too long, never end, or are none.

use std::time::Duration;

use tellus_core::{Client, Credentials, ErrorKind};

use super::peer::{IN_FLIGHT, Peer};
use crate::common::block_on;

#[test]
fn a_flood_of_headers_is_refused() {
    for (one, flood) in [("x: y\r\n", 64 << 20), ("a", 64 << 20)] {
        let peer = Peer::start(move |answer| {
            answer.send("HTTP/1.1 200 OK\r\nlong: ")?;
            answer.flood(one.repeat(4096).as_bytes(), flood)
        });
        let (error, time) = peer.failure();
        assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
        assert!(peer.sent() <= IN_FLIGHT, "{}", peer.sent());
        assert!(time < Duration::from_secs(10), "{time:?}");
    }
}

#[test]
fn a_head_that_drips_or_only_promises_is_given_up_after_the_time_for_a_request() {
    for (start, dripped) in [
        ("HTTP/1.1 200 OK\r\nlong: ", Some(b'a')),
        ("HTTP/1.1 100 Continue\r\n\r\n", None),
    ] {
        let peer = Peer::start(move |answer| match dripped {
            Some(byte) => {
                answer.send(start)?;
                answer.drip(byte)
            }
            None => {
                answer.send(start.repeat(3))?;
                answer.hold();
                Ok(())
            }
        });
        let mut config = peer.config();
        config.request_timeout = Duration::from_millis(500);
        let client = Client::new(config, Credentials::token("t")).unwrap();
        let error = block_on(client.device("dvc_1")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }
}

#[test]
fn what_is_no_http_is_no_answer() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
        b"\0\xff\0\xff\0\xff\0\xff",
        b"HTTP/1.1 999999 ?\r\n\r\n",
        b"",
    ] {
        let peer = Peer::start(move |answer| answer.send(bytes));
        let (error, _) = peer.failure();
        assert_eq!(error.kind(), ErrorKind::Connection, "{bytes:?}: {error}");
        assert_eq!(peer.requests(), 1);
    }
}
