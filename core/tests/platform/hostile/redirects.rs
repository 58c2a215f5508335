//! Answers that point elsewhere: credentials stay at home.

use tellus_core::{Client, Credentials, ErrorKind};

use super::peer::Peer;
use crate::common::block_on;

#[test]
fn no_credential_follows_a_redirect() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let elsewhere = Peer::start(|answer| answer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
        let target = elsewhere.address;
        let peer = Peer::start(move |answer| {
            answer.send(format!(
                "HTTP/1.1 {status}\r\nlocation: http://{target}/v1/operator\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            ))
        });
        // A read with a token, a request for a token with the secret, and a stream.
        let (read, _) = peer.failure();
        let secret = Credentials::client_secret("me", "canary-secret");
        let client = Client::new(peer.config(), secret).unwrap();
        let token = block_on(client.authenticate()).unwrap_err();
        let stream = peer.client().telemetry(["dvc_1"]).unwrap();
        let upgrade = loop {
            match stream.next_batch_blocking(10, None) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the stream was closed without an error"),
                Err(error) => break error,
            }
        };
        for error in [read, token, upgrade] {
            assert!(
                matches!(
                    error.kind(),
                    ErrorKind::Decode | ErrorKind::Server | ErrorKind::InvalidRequest
                ),
                "{error}"
            );
            assert_eq!(error.http_status(), status[..3].parse().ok(), "{error}");
        }
        assert_eq!(elsewhere.requests(), 0);
    }
}
