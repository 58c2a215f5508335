use std::time::Duration;

use futures_util::SinkExt;
use serde_json::json;
use tellus_sandbox::quirk::OfflineFrames;
use tellus_sandbox::{CloseReason, JournalEvent, Options, Quirks, Sandbox};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Api, frame, message, open, quick, sandbox, until};

#[tokio::test]
async fn every_device_sends_one_frame_each_tick() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let ids = sandbox.device_ids();
    let mut socket = open(&sandbox, Some(&api.token), &format!("devices={}", ids.join(",")))
        .await
        .unwrap();
    let mut last = String::new();
    for _ in 0..3 {
        let mut seen = Vec::new();
        for _ in 0..ids.len() {
            let one = frame(&mut socket).await;
            let at = one["timestamp"].as_str().unwrap().to_owned();
            assert_eq!(at.len(), "2026-01-01T00:00:00.000Z".len());
            assert!(seen.is_empty() && at > last || at == last, "{at} after {last}");
            last = at;
            seen.push(one["device_id"].as_str().unwrap().to_owned());
            assert!(!one["connectors"].as_array().unwrap().is_empty());
        }
        seen.sort_unstable();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        assert_eq!(seen, sorted);
    }
}

#[tokio::test]
async fn all_subscribers_see_the_same_reading() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let ids = sandbox.device_ids();
    let mut one = open(&sandbox, Some(&api.token), &format!("devices={}", ids[0]))
        .await
        .unwrap();
    let mut two = open(&sandbox, Some(&api.token), &format!("devices={},{}", ids[0], ids[1]))
        .await
        .unwrap();
    let mut from_one = Vec::new();
    let mut from_two = Vec::new();
    for _ in 0..10 {
        from_one.push(frame(&mut one).await);
        from_two.push(frame(&mut two).await);
        from_two.push(frame(&mut two).await);
    }
    let common: Vec<_> = from_one.iter().filter(|frame| from_two.contains(frame)).collect();
    assert!(common.len() >= 8, "{} in common", common.len());
}

#[tokio::test]
async fn the_handshake_is_refused_in_the_envelope() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let device = &sandbox.device_ids()[0];
    let refusal = async |token, query: &str| {
        let (status, body) = open(&sandbox, token, query).await.err().unwrap();
        (status, body["code"].as_u64().unwrap())
    };
    let token = Some(api.token.as_str());
    assert_eq!(refusal(None, &format!("devices={device}")).await, (401, 2001));
    assert_eq!(refusal(Some("eyJ"), &format!("devices={device}")).await, (401, 2001));
    assert_eq!(refusal(token, "").await, (400, 1002));
    assert_eq!(refusal(token, "devices=").await, (400, 1002));
    assert_eq!(refusal(token, &format!("devices={device},dvc_x")).await, (404, 3001));
    assert_eq!(
        api.outcome(&format!("/operator/stream?devices={device}")).await,
        (400, 1001)
    );
    sandbox.advance(Duration::from_secs(90_000));
    assert_eq!(refusal(token, &format!("devices={device}")).await, (401, 2002));
}

#[tokio::test]
async fn the_token_may_come_in_the_query() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let query = format!("devices={}&token={}", sandbox.device_ids()[0], api.token);
    let mut socket = open(&sandbox, None, &query).await.unwrap();
    frame(&mut socket).await;
    assert!(!serde_json::to_string(&sandbox.journal()).unwrap().contains(&api.token));
}

#[tokio::test]
async fn one_connection_per_device_set_until_it_is_closed() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let ids = sandbox.device_ids();
    let token = Some(api.token.as_str());
    let (there, back) = (
        format!("devices={},{}", ids[0], ids[1]),
        format!("devices={},{},{}", ids[1], ids[0], ids[1]),
    );
    let mut first = open(&sandbox, token, &there).await.unwrap();
    let (status, body) = open(&sandbox, token, &back).await.err().unwrap();
    assert_eq!((status, &body["code"]), (409, &json!(4001)));
    // Another set is another matter, even when the two overlap.
    let other = open(&sandbox, token, &format!("devices={}", ids[0])).await.unwrap();
    frame(&mut first).await;
    // Gone without a word, and with a proper farewell: both free the set at once.
    drop(first);
    until(|| sandbox.open_streams() == 1).await;
    let mut again = open(&sandbox, token, &back).await.unwrap();
    again.close(None).await.unwrap();
    until(|| sandbox.open_streams() == 1).await;
    drop(other);
    until(|| sandbox.open_streams() == 0).await;
    let closed = sandbox.journal().into_iter().filter(|entry| {
        matches!(
            &entry.event,
            JournalEvent::StreamClose {
                reason: CloseReason::Client,
                ..
            }
        )
    });
    assert_eq!(closed.count(), 3);
}

#[tokio::test]
async fn the_rule_can_be_turned_off() {
    let sandbox = Sandbox::start(Options {
        allow_duplicate_streams: true,
        ..quick()
    })
    .unwrap();
    let api = Api::new(&sandbox).await;
    let query = format!("devices={}", sandbox.device_ids()[0]);
    let mut one = open(&sandbox, Some(&api.token), &query).await.unwrap();
    let mut two = open(&sandbox, Some(&api.token), &query).await.unwrap();
    frame(&mut one).await;
    frame(&mut two).await;
}

#[tokio::test]
async fn pings_are_answered() {
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let query = format!("devices={}", sandbox.device_ids()[0]);
    let mut socket = open(&sandbox, Some(&api.token), &query).await.unwrap();
    socket.send(Message::Ping("are you there".into())).await.unwrap();
    loop {
        if let Message::Pong(payload) = message(&mut socket).await.unwrap().unwrap() {
            assert_eq!(payload.as_ref(), b"are you there");
            return;
        }
    }
}

#[tokio::test]
async fn a_reader_that_stops_reading_holds_up_nobody() {
    let big = Options {
        cadence: Duration::from_millis(1),
        sites: 20,
        devices_per_site: 20,
        history_days: 1,
        ..Options::default()
    };
    let sandbox = Sandbox::start(big).unwrap();
    let api = Api::new(&sandbox).await;
    let ids = sandbox.device_ids();
    let stuck = open(&sandbox, Some(&api.token), &format!("devices={}", ids.join(",")))
        .await
        .unwrap();
    let mut live = open(&sandbox, Some(&api.token), &format!("devices={}", ids[0]))
        .await
        .unwrap();
    // The stuck reader's share runs to several megabytes, more than sockets hold.
    for _ in 0..300 {
        frame(&mut live).await;
    }
    drop(stuck);
    until(|| sandbox.open_streams() == 1).await;
    let dropped = sandbox.journal().into_iter().find_map(|entry| match entry.event {
        JournalEvent::StreamClose { frames_dropped, .. } => Some(frames_dropped),
        _ => None,
    });
    assert!(dropped.unwrap() > 0);
    assert_eq!(api.outcome("/operator/sites").await, (200, 0));
}

#[tokio::test]
async fn offline_chargers_can_be_silent() {
    let sandbox = Sandbox::start(Options {
        quirks: Quirks {
            offline_frames: OfflineFrames::Withheld,
            ..Quirks::default()
        },
        ..quick()
    })
    .unwrap();
    let api = Api::new(&sandbox).await;
    let ids = sandbox.device_ids();
    let offline = &ids[10];
    let (_, details) = api.fetch(&format!("/operator/devices/{offline}")).await;
    assert_eq!(details["data"]["status"], "offline");
    let mut socket = open(&sandbox, Some(&api.token), &format!("devices={offline},{}", ids[0]))
        .await
        .unwrap();
    for _ in 0..4 {
        assert_eq!(frame(&mut socket).await["device_id"], ids[0].as_str());
    }
}
