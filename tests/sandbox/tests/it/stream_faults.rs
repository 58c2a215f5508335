use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tellus_sandbox::{CloseReason, FaultKind, JournalEvent, Options, Sandbox};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Api, Socket, frame, message, open, quick, sandbox, text, until};

pub(crate) async fn connected(sandbox: &Sandbox) -> (Api, Socket, String) {
    let api = Api::new(sandbox).await;
    let query = format!("devices={}", sandbox.device_ids()[0]);
    let mut socket = open(sandbox, Some(&api.token), &query).await.unwrap();
    frame(&mut socket).await;
    (api, socket, query)
}

pub(crate) fn reasons(sandbox: &Sandbox) -> Vec<CloseReason> {
    let reason = |event| match event {
        JournalEvent::StreamClose { reason, .. } => Some(reason),
        _ => None,
    };
    sandbox
        .journal()
        .into_iter()
        .filter_map(|entry| reason(entry.event))
        .collect()
}

#[tokio::test]
async fn a_stream_outlives_its_token_unless_told_otherwise() {
    let sandbox = sandbox();
    let (_, mut socket, _) = connected(&sandbox).await;
    sandbox.inject(FaultKind::RevokeTokens {});
    for _ in 0..5 {
        frame(&mut socket).await;
    }

    for ending in ["expiry", "expire_tokens", "revoke_tokens"] {
        let strict = Sandbox::start(Options {
            close_on_token_end: Some(4401),
            token_lifetime: Duration::from_secs(60),
            ..quick()
        })
        .unwrap();
        let (_, mut socket, _) = connected(&strict).await;
        match ending {
            "expiry" => strict.advance(Duration::from_secs(60)),
            "expire_tokens" => strict.inject(FaultKind::ExpireTokens {}),
            _ => strict.inject(FaultKind::RevokeTokens {}),
        }
        assert_eq!(end(&mut socket).await, Some(4401), "{ending}");
        drop(socket);
        until(|| reasons(&strict) == [CloseReason::Token]).await;
        // A new token opens a new stream.
        connected(&strict).await;
    }
}

/// Reads to the end; the last thing seen, if it was an orderly closing.
async fn end(socket: &mut Socket) -> Option<u16> {
    loop {
        match message(socket).await {
            Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}

#[tokio::test]
async fn sockets_break_without_a_word() {
    let sandbox = sandbox();
    let (api, mut socket, query) = connected(&sandbox).await;
    sandbox.inject(FaultKind::StreamDrop {});
    assert_eq!(end(&mut socket).await, None);
    until(|| sandbox.open_streams() == 0).await;
    let mut again = open(&sandbox, Some(&api.token), &query).await.unwrap();
    frame(&mut again).await;
    sandbox.disconnect_streams();
    assert_eq!(end(&mut again).await, None);
    until(|| sandbox.open_streams() == 0).await;
    assert_eq!(reasons(&sandbox), [CloseReason::Fault, CloseReason::Fault]);
}

#[tokio::test]
async fn sockets_close_with_a_code() {
    let sandbox = sandbox();
    let (_, mut socket, _) = connected(&sandbox).await;
    sandbox.inject(FaultKind::StreamClose { code: 1012 });
    assert_eq!(end(&mut socket).await, Some(1012));
}

#[tokio::test]
async fn a_socket_breaks_after_so_many_frames() {
    let sandbox = sandbox();
    sandbox.inject(FaultKind::StreamDrop {}.once().after(5));
    let (_, mut socket, _) = connected(&sandbox).await;
    let mut frames = 1;
    while let Some(Ok(_)) = message(&mut socket).await {
        frames += 1;
    }
    assert_eq!(frames, 5);
}

#[tokio::test]
async fn a_half_open_socket_is_silent_and_its_devices_are_free() {
    let sandbox = sandbox();
    let (api, mut socket, query) = connected(&sandbox).await;
    sandbox.inject(FaultKind::StreamHalfOpen {});
    assert_eq!(sandbox.open_streams(), 0);
    let mut again = open(&sandbox, Some(&api.token), &query).await.unwrap();
    frame(&mut again).await;
    socket.send(Message::Ping("hello?".into())).await.unwrap();
    // What was on its way before the silence may still come; after that nothing does.
    let quiet = async {
        while tokio::time::timeout(Duration::from_millis(150), socket.next())
            .await
            .is_ok()
        {}
    };
    tokio::time::timeout(Duration::from_secs(2), quiet)
        .await
        .expect("silence");
    frame(&mut again).await;
    // The farewell gets no answer either.
    socket.send(Message::Close(None)).await.unwrap();
    assert!(
        tokio::time::timeout(Duration::from_millis(100), socket.next())
            .await
            .is_err()
    );
    assert_eq!(reasons(&sandbox), [CloseReason::Fault]);
}

#[tokio::test]
async fn frames_are_spoilt_doubled_swapped_and_bloated() {
    let sandbox = sandbox();
    let (_, mut socket, _) = connected(&sandbox).await;
    sandbox.inject(FaultKind::StreamMalformed {});
    while serde_json::from_str::<Value>(&text(&mut socket).await).is_ok() {}
    frame(&mut socket).await;

    sandbox.inject(FaultKind::StreamDuplicate {});
    let mut last = String::new();
    loop {
        let now = text(&mut socket).await;
        if now == last {
            break;
        }
        last = now;
    }

    sandbox.inject(FaultKind::StreamReorder {});
    let mut last = String::new();
    loop {
        let at = frame(&mut socket).await["timestamp"].as_str().unwrap().to_owned();
        if at < last {
            break;
        }
        last = at;
    }

    sandbox.inject(FaultKind::StreamOversized { bytes: 1_500_000 });
    while text(&mut socket).await.len() < 1_500_000 {}
    assert!(sandbox.pending_faults().is_empty());
}

#[tokio::test]
async fn frames_with_states_and_fields_of_tomorrow() {
    let sandbox = sandbox();
    let (_, mut socket, _) = connected(&sandbox).await;
    let device = sandbox.device_ids()[0].clone();
    sandbox.inject(
        FaultKind::UnknownState {
            state: "preparing".to_owned(),
            device: Some(device),
        }
        .times(2),
    );
    let mut seen = 0;
    while seen < 2 {
        seen += usize::from(frame(&mut socket).await["connectors"][0]["state"] == "preparing");
    }
    assert_ne!(frame(&mut socket).await["connectors"][0]["state"], "preparing");
    sandbox.inject(FaultKind::UnknownFields {});
    while frame(&mut socket).await["connectors"][0]["x_sandbox_text"].is_null() {}
}
