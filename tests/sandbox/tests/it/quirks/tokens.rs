use std::time::Duration;

use serde_json::{Value, json};
use tellus_sandbox::{CloseReason, FaultKind, JournalEvent, Options, Sandbox};
use tokio_tungstenite::tungstenite::Message;

use super::{scene, turn};
use crate::charger::Charger;
use crate::support::{credentials, http, json as json_of, message, obedient, open, post, until};

/// A token reply.
async fn reply(sandbox: &Sandbox) -> Value {
    let url = format!("{}/operator/oauth/token", sandbox.base_url());
    json_of(post(&http(sandbox), &url, &credentials(sandbox)).await).await
}

#[tokio::test]
async fn replies_in_every_form() {
    let sandbox = Sandbox::start(Options {
        token_lifetime: Duration::from_secs(3600),
        token_per_minute: 0,
        ..obedient()
    })
    .unwrap();
    turn(&sandbox, &[("token_reply", "enveloped")]).await;
    let enveloped = reply(&sandbox).await;
    assert_eq!(
        (&enveloped["code"], &enveloped["data"]["expires_in"]),
        (&json!(0), &json!(3600))
    );
    turn(&sandbox, &[("token_form", "hex64")]).await;
    let token = reply(&sandbox).await["access_token"].as_str().unwrap().to_owned();
    assert!(
        token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{token}"
    );
    for (switch, written) in [
        (("token_type", "lower_case"), "bearer"),
        (("token_type", "upper_case"), "BEARER"),
    ] {
        turn(&sandbox, &[switch]).await;
        assert_eq!(reply(&sandbox).await["token_type"], written);
    }
    turn(&sandbox, &[("expires_in", "documented")]).await;
    assert_eq!(reply(&sandbox).await["expires_in"], 86_400);
}

#[tokio::test]
async fn the_same_token_again_until_its_end() {
    let (sandbox, _) = scene().await;
    turn(&sandbox, &[("token_renewal", "same")]).await;
    let lifetime = 40 * 86_400;
    let first = reply(&sandbox).await;
    sandbox.advance(Duration::from_secs(3600));
    let second = reply(&sandbox).await;
    assert_eq!(first["access_token"], second["access_token"]);
    let left = second["expires_in"].as_u64().unwrap();
    assert!((lifetime - 3700..=lifetime - 3600).contains(&left), "{left}");
    sandbox.inject(FaultKind::ExpireTokens {});
    assert_ne!(reply(&sandbox).await["access_token"], second["access_token"]);
}

#[tokio::test]
async fn an_expired_token_may_look_unknown() {
    let (sandbox, api) = scene().await;
    sandbox.inject(FaultKind::ExpireTokens {});
    assert_eq!(api.outcome("/operator/sites").await, (401, 2002));
    turn(&sandbox, &[("expired_token", "2001")]).await;
    assert_eq!(api.outcome("/operator/sites").await, (401, 2001));
}

#[tokio::test]
async fn a_stream_may_end_with_its_token() {
    for (switch, code) in [
        (("token_end", "closes_1008"), 1008_u16),
        (("token_end", "closes_4401"), 4401),
    ] {
        let (sandbox, api) = scene().await;
        turn(&sandbox, &[switch]).await;
        let query = format!("devices={}", sandbox.device_ids()[0]);
        let mut socket = open(&sandbox, Some(&api.token), &query).await.unwrap();
        sandbox.inject(FaultKind::ExpireTokens {});
        let closed = loop {
            if let Message::Close(Some(frame)) = message(&mut socket).await.unwrap().unwrap() {
                break u16::from(frame.code);
            }
        };
        assert_eq!(closed, code);
        // The peer answers when it reads on.
        drop(message(&mut socket).await);
        until(|| sandbox.open_streams() == 0).await;
        let told = |event: &JournalEvent| {
            matches!(
                event,
                JournalEvent::StreamClose {
                    reason: CloseReason::Token,
                    ..
                }
            )
        };
        assert!(sandbox.journal().iter().any(|entry| told(&entry.event)));
    }
}

#[tokio::test]
async fn the_secret_of_a_charger_may_expire() {
    let (sandbox, _) = scene().await;
    let charger = Charger::new(&sandbox, "SN1").await;
    sandbox.advance(Duration::from_secs(86_400));
    assert_eq!(charger.token(&charger.secret).await.0, 200);
    turn(&sandbox, &[("device_secret", "expires")]).await;
    assert_eq!(charger.token(&charger.secret).await.0, 401);
    let young = Charger::new(&sandbox, "SN2").await;
    assert_eq!(young.token(&young.secret).await.0, 200);
}
