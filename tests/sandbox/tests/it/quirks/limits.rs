use std::time::Duration;

use serde_json::json;
use tellus_sandbox::{Options, Sandbox};
use tokio_tungstenite::tungstenite::Message;

use super::{connector, turn};
use crate::support::{Api, frame, message, obedient, open};

/// A sandbox with these quotas, a few seconds after the turn of a minute, and its operator.
async fn limited(query: u32, control: u32) -> (Sandbox, Api) {
    let sandbox = Sandbox::start(Options {
        query_per_minute: query,
        control_per_minute: control,
        start_at: Some("2026-03-15T11:00:05Z".parse().unwrap()),
        ..obedient()
    })
    .unwrap();
    let api = Api::new(&sandbox).await;
    (sandbox, api)
}

const STOP: (u16, u64) = (429, 5001);

async fn ask(api: &Api) -> (u16, u64) {
    api.outcome("/operator/commands/cmd_x").await
}

#[tokio::test]
async fn a_command_may_count_as_a_query() {
    let (sandbox, api) = limited(2, 1).await;
    let order = async || {
        let (status, answer) = api.command(&connector(&sandbox, 1, "stop"), &json!({})).await;
        (status, answer["code"].as_u64().unwrap())
    };
    assert_eq!([order().await, order().await], [(409, 4001), STOP]);
    turn(&sandbox, &[("command_class", "query")]).await;
    assert_eq!(
        [order().await, order().await, order().await],
        [(409, 4001), (409, 4001), STOP]
    );
    assert_eq!(ask(&api).await, STOP);
}

#[tokio::test]
async fn windows_slide_or_begin_with_the_minute() {
    for (words, after) in [(&[][..], STOP), (&[("quota_window", "fixed")][..], (404, 3001))] {
        let (sandbox, api) = limited(1, 1).await;
        turn(&sandbox, words).await;
        sandbox.advance(Duration::from_secs(50));
        assert_eq!([ask(&api).await, ask(&api).await], [(404, 3001), STOP]);
        // Past the turn of the minute, and short of a minute since the call.
        sandbox.advance(Duration::from_secs(10));
        assert_eq!(ask(&api).await, after);
    }
}

#[tokio::test]
async fn refused_calls_may_count() {
    for (words, after) in [(&[][..], (404, 3001)), (&[("refused_calls", "counted")][..], STOP)] {
        let (sandbox, api) = limited(1, 1).await;
        turn(&sandbox, words).await;
        assert_eq!(ask(&api).await, (404, 3001));
        sandbox.advance(Duration::from_secs(30));
        assert_eq!(ask(&api).await, STOP);
        sandbox.advance(Duration::from_secs(31));
        assert_eq!(ask(&api).await, after);
    }
}

#[tokio::test]
async fn opening_a_stream_may_count() {
    let (sandbox, api) = limited(1, 1).await;
    turn(&sandbox, &[("stream_handshake", "counted")]).await;
    let ids = sandbox.device_ids();
    let handshake = async |id: &str| open(&sandbox, Some(&api.token), &format!("devices={id}")).await;
    let first = handshake(&ids[0]).await.unwrap();
    assert_eq!(handshake(&ids[1]).await.err().unwrap().0, 429);
    drop(first);
    let (other, free) = limited(1, 1).await;
    for id in other.device_ids().iter().take(3) {
        open(&other, Some(&free.token), &format!("devices={id}")).await.unwrap();
    }
}

#[tokio::test]
async fn a_second_stream_by_every_rule() {
    let (sandbox, api) = limited(0, 0).await;
    let ids = sandbox.device_ids();
    let (both, one) = (format!("devices={},{}", ids[0], ids[1]), format!("devices={}", ids[0]));
    let handshake = async |query: &str| open(&sandbox, Some(&api.token), query).await;
    let mut first = handshake(&both).await.unwrap();
    turn(&sandbox, &[("second_stream", "refused_on_overlap")]).await;
    assert_eq!(handshake(&one).await.err().unwrap().0, 409);
    turn(&sandbox, &[("second_stream", "allowed")]).await;
    let mut second = handshake(&both).await.unwrap();
    frame(&mut second).await;
    frame(&mut first).await;
    drop(second);
    crate::support::until(|| sandbox.open_streams() == 1).await;
    turn(&sandbox, &[("second_stream", "replaces")]).await;
    let mut third = handshake(&both).await.unwrap();
    let code = loop {
        if let Message::Close(Some(farewell)) = message(&mut first).await.unwrap().unwrap() {
            break u16::from(farewell.code);
        }
    };
    assert_eq!(code, 1008);
    frame(&mut third).await;
}
