//! What the documentation's quickstart does, byte by byte as its tools send it, without any client library. Only the
//! host is another one.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use tellus_sandbox::Sandbox;

use crate::support::{PATIENCE, sandbox};

/// Sends `text` and reads the head of the answer, and as much of the body as has come with it.
fn exchange(sandbox: &Sandbox, text: &str) -> (TcpStream, String, Vec<u8>) {
    let mut socket = TcpStream::connect(sandbox.address()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.write_all(text.as_bytes()).unwrap();
    let mut read = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = socket.read(&mut chunk).unwrap();
        assert!(count > 0, "it ended early: {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&chunk[..count]);
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(read[..end].to_vec()).unwrap();
            return (socket, head, read[end + 4..].to_vec());
        }
    }
}

/// The whole answer to a request: its first line and its JSON.
fn call(sandbox: &Sandbox, text: &str) -> (String, Value) {
    let (mut socket, head, mut body) = exchange(sandbox, text);
    let lower = head.to_ascii_lowercase();
    let length = lower
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    let length: usize = length.parse().unwrap();
    while body.len() < length {
        let mut chunk = [0; 4096];
        let count = socket.read(&mut chunk).unwrap();
        assert!(count > 0);
        body.extend_from_slice(&chunk[..count]);
    }
    assert!(lower.contains("content-type: application/json"));
    (
        head.lines().next().unwrap().to_owned(),
        serde_json::from_slice(&body).unwrap(),
    )
}

/// As `requests.post(url, json={...})` in Python.
fn token(sandbox: &Sandbox) -> String {
    let host = sandbox.address();
    let body = format!(
        r#"{{"client_id": "{}", "client_secret": "{}", "grant_type": "client_credentials"}}"#,
        sandbox.client_id(),
        sandbox.client_secret()
    );
    let request = format!(
        "POST /v1/operator/oauth/token HTTP/1.1\r\nHost: {host}\r\nUser-Agent: python-requests/2.32.3\r\n\
         Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\nContent-Length: {}\r\n\
         Content-Type: application/json\r\n\r\n{body}",
        body.len()
    );
    let (status, reply) = call(sandbox, &request);
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert_eq!(
        (&reply["token_type"], &reply["expires_in"]),
        (&json!("Bearer"), &json!(86_400))
    );
    reply["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_token_with_requests_then_sites_and_a_device_with_curl() {
    let sandbox = sandbox();
    let (host, token) = (sandbox.address(), token(&sandbox));
    let get = |path: &str| {
        let request = format!(
            "GET /v1{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        );
        call(&sandbox, &request)
    };
    let (status, sites) = get("/operator/sites?page=1&size=20");
    assert_eq!((status.as_str(), &sites["code"]), ("HTTP/1.1 200 OK", &json!(0)));
    assert_eq!(sites["data"]["items"].as_array().unwrap().len(), 3);
    let (status, device) = get(&format!("/operator/devices/{}", sandbox.device_ids()[0]));
    assert_eq!(
        (status.as_str(), &device["data"]["status"]),
        ("HTTP/1.1 200 OK", &json!("online"))
    );

    // `curl -X POST -H 'Content-Type: application/json' -d '{...}'`
    let body = r#"{"charge_power": 7.0, "duration": 3600, "target_soc": 80}"#;
    let path = format!("/v1/operator/devices/{}/connectors/1/start", sandbox.device_ids()[8]);
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (_, answer) = call(&sandbox, &request);
    // Either is right: who came by first is chance.
    assert!(
        answer["data"]["status"] == "queued" || answer["code"] == 4001,
        "{answer}"
    );
}

#[test]
fn a_websocket_with_the_token_in_the_query() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    let device = &sandbox.device_ids()[0];
    let request = format!(
        "GET /v1/operator/stream?devices={device}&token={token} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        sandbox.address()
    );
    let (mut socket, head, mut bytes) = exchange(&sandbox, &request);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    // The answer to the sample key, from the standard.
    assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    let mut take = |count: usize| {
        while bytes.len() < count {
            let mut chunk = [0; 4096];
            let read = socket.read(&mut chunk).unwrap();
            assert!(read > 0);
            bytes.extend_from_slice(&chunk[..read]);
        }
        bytes.drain(..count).collect::<Vec<u8>>()
    };
    for _ in 0..3 {
        let head = take(2);
        assert_eq!(head[0], 0x81, "one whole text message");
        let length = match head[1] {
            126 => usize::from(u16::from_be_bytes(take(2).try_into().unwrap())),
            short @ 0..126 => usize::from(short),
            long => panic!("masked or oversized: {long}"),
        };
        let frame: Value = serde_json::from_slice(&take(length)).unwrap();
        assert_eq!(frame["device_id"], device.as_str());
        assert_eq!(frame["connectors"][0]["connector_id"], 1);
    }
}
