//! WebSocket peers that promise too much or never come to the point.

use std::time::{Duration, Instant};

use tellus_core::{Client, Credentials, Error, ErrorKind};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::peer::{Answer, IN_FLIGHT, Peer};

/// Becomes a WebSocket.
fn upgrade(answer: &mut Answer) -> std::io::Result<()> {
    let key = answer.request.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key")
            .then(|| value.trim().to_owned())
    });
    let accept = derive_accept_key(key.unwrap_or_default().as_bytes());
    answer.send(format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accept}\r\n\r\n"
    ))
}

/// What the first try of a stream ends with.
fn first_failure(client: &Client) -> Error {
    let stream = client.telemetry(["dvc_1"]).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while Instant::now() < deadline {
        match stream.next_batch_blocking(10, Some(Duration::from_secs(1))) {
            Ok(Some(batch)) => {
                if let Some(error) = batch.events.iter().find_map(|event| event.status.error()) {
                    return error.clone();
                }
            }
            Ok(None) => panic!("closed"),
            Err(error) => return error,
        }
    }
    panic!("nothing happened");
}

#[test]
fn a_message_that_is_announced_as_endless_is_refused() {
    let endless: [&[u8]; 3] = [
        // 2^62 bytes of text in one frame; the same in pieces without an end; a ping longer than a ping may be.
        &[0x81, 127, 0x40, 0, 0, 0, 0, 0, 0, 0],
        &[0x01, 127, 0, 0, 0, 0, 0x10, 0, 0, 0],
        &[0x89, 126, 0xff, 0xff],
    ];
    for head in endless {
        let peer = Peer::start(move |answer| {
            upgrade(answer)?;
            answer.send(head)?;
            answer.flood(&[b' '; 1 << 16], 256 << 20)
        });
        let error = first_failure(&peer.client());
        assert_eq!(error.kind(), ErrorKind::Connection, "{head:?}: {error}");
        assert!(peer.sent() <= IN_FLIGHT, "{}", peer.sent());
    }
}

#[test]
fn an_upgrade_that_drips_or_floods_is_given_up() {
    type Part = fn(&mut Answer) -> std::io::Result<()>;
    let cases: [(Part, ErrorKind); 2] = [
        (|answer| answer.drip(b'a'), ErrorKind::Timeout),
        (|answer| answer.flood(&[b'a'; 1 << 16], 64 << 20), ErrorKind::Connection),
    ];
    for (part, kind) in cases {
        let peer = Peer::start(move |answer| {
            answer.send("HTTP/1.1 101 Switching Protocols\r\nlong: ")?;
            part(answer)
        });
        let mut config = peer.config();
        config.dial.upgrade = Duration::from_secs(1);
        let client = Client::new(config, Credentials::token("t")).unwrap();
        let error = first_failure(&client);
        assert!(error.kind() == kind || error.kind() == ErrorKind::Timeout, "{error}");
        assert!(peer.sent() <= IN_FLIGHT, "{}", peer.sent());
    }
}
