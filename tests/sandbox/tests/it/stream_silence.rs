//! Sockets that are torn, deaf or silent, devices that send nothing, and the record of what was sent.

use std::time::Duration;

use futures_util::SinkExt;
use serde_json::Value;
use tellus_sandbox::{CloseReason, FaultKind, Options, Sandbox};
use tokio_tungstenite::tungstenite::Message;

use crate::stream_faults::{connected, reasons};
use crate::support::{Api, frame, message, open, quick, sandbox, text, until};

#[tokio::test]
async fn a_socket_breaks_in_the_middle_of_a_frame() {
    let sandbox = Sandbox::start(Options {
        record_frames: true,
        ..quick()
    })
    .unwrap();
    let (_, mut socket, _) = connected(&sandbox).await;
    sandbox.inject(FaultKind::StreamDropMidFrame {});
    let mut frames = 1;
    let end = loop {
        match message(&mut socket).await {
            Some(Ok(_)) => frames += 1,
            other => break other,
        }
    };
    assert!(matches!(end, Some(Err(_))), "{end:?}");
    until(|| reasons(&sandbox) == [CloseReason::Fault]).await;
    // The torn one was sent, as far as the platform knows.
    assert_eq!(sandbox.frames_sent()[0].frames.len(), frames + 1);
}

#[tokio::test]
async fn a_deaf_socket_goes_on_sending_and_answers_nothing() {
    let sandbox = sandbox();
    let (_, mut socket, _) = connected(&sandbox).await;
    sandbox.inject(FaultKind::StreamNoPong {});
    socket.send(Message::Ping("hello?".into())).await.unwrap();
    for _ in 0..20 {
        let heard = message(&mut socket).await;
        assert!(matches!(heard, Some(Ok(Message::Text(_)))), "{heard:?}");
    }
    assert_eq!(sandbox.open_streams(), 1);
    drop(socket);
    until(|| reasons(&sandbox) == [CloseReason::Client]).await;
}

#[tokio::test]
async fn a_silent_connection_takes_what_comes_and_answers_nothing() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let sandbox = sandbox();
    sandbox.inject(FaultKind::ConnectionSilent {});
    let mut silent = tokio::net::TcpStream::connect(sandbox.address()).await.unwrap();
    until(|| sandbox.pending_faults().is_empty()).await;
    silent.write_all(b"GET /v1/ HTTP/1.1\r\n\r\n").await.unwrap();
    connected(&sandbox).await;
    let answer = tokio::time::timeout(Duration::from_millis(100), silent.read(&mut [0; 1])).await;
    assert!(answer.is_err(), "{answer:?}");
    // It ends with the client.
    silent.shutdown().await.unwrap();
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_silent_device_sends_no_frames_and_is_otherwise_as_ever() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let ids = sandbox.device_ids();
    let query = format!("devices={},{}", ids[0], ids[1]);
    let mut socket = open(&sandbox, Some(&api.token), &query).await.unwrap();
    let silent = |cleared| FaultKind::DeviceSilent {
        device: ids[0].clone(),
        cleared,
    };
    sandbox.inject(silent(false));
    let mut last = Vec::new();
    while last.len() < 10 || last[last.len() - 10..].contains(&ids[0]) {
        last.push(frame(&mut socket).await["device_id"].as_str().unwrap().to_owned());
    }
    let (_, device) = api.fetch(&format!("/operator/devices/{}", ids[0])).await;
    assert_eq!(device["data"]["status"], "online");
    sandbox.inject(silent(true));
    while frame(&mut socket).await["device_id"] != ids[0].as_str() {}
}

#[tokio::test]
async fn the_frames_of_each_stream_are_remembered_where_that_is_wanted() {
    let sandbox = Sandbox::start(Options {
        record_frames: true,
        ..quick()
    })
    .unwrap();
    let (api, mut socket, _) = connected(&sandbox).await;
    sandbox.inject(FaultKind::StreamDuplicate {});
    sandbox.inject(FaultKind::StreamMalformed {}.once().after(3));
    let mut seen = Vec::new();
    while seen.len() < 10 {
        let text = text(&mut socket).await;
        if let Ok(frame) = serde_json::from_str::<Value>(&text) {
            seen.push(frame["timestamp"].clone());
        }
    }
    seen.dedup();
    let url = format!("http://{}/_sandbox/frames", sandbox.address());
    let listed: Value =
        serde_json::from_slice(&api.http.get(&url).send().await.unwrap().bytes().await.unwrap()).unwrap();
    let stream = &listed["streams"][0];
    assert_eq!(
        (&stream["stream"], &stream["frames"][0][0]),
        (&1.into(), &sandbox.device_ids()[0].as_str().into())
    );
    let times: Vec<_> = stream["frames"]
        .as_array()
        .unwrap()
        .iter()
        .map(|frame| frame[1].clone())
        .collect();
    // The first one was read while connecting.
    assert_eq!(times[1..=seen.len()], seen);
    assert!(!sandbox.take_frames_sent().is_empty());
    drop(socket);
    until(|| sandbox.open_streams() == 0).await;
    api.http.delete(&url).send().await.unwrap();
    assert!(sandbox.frames_sent().is_empty());
    // Nobody asked for it here.
    let other = self::sandbox();
    connected(&other).await;
    assert!(other.frames_sent().is_empty());
}
