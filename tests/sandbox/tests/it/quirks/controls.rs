use reqwest::Method;
use serde_json::{Value, json};
use tellus_sandbox::quirk::{Soc, TokenReply};
use tellus_sandbox::{Options, Quirks, Sandbox};

use super::turn;
use crate::support::{http, json as json_of, obedient, sandbox, still};

async fn call(sandbox: &Sandbox, method: Method, body: &Value) -> (u16, Value) {
    let url = format!("http://{}/_sandbox/quirks", sandbox.address());
    let answer = http(sandbox)
        .request(method, url)
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), json_of(answer).await)
}

#[tokio::test]
async fn switches_are_listed_replaced_turned_and_reset() {
    let sandbox = still(Options {
        quirks: Quirks {
            soc: Soc::Null,
            token_reply: TokenReply::Enveloped,
            ..Quirks::default()
        },
        ..obedient()
    });
    let (_, start) = call(&sandbox, Method::GET, &Value::Null).await;
    assert_eq!(
        (&start["soc"], &start["token_reply"]),
        (&json!("null"), &json!("enveloped"))
    );
    assert_eq!(start.as_object().unwrap().len(), Quirks::SWITCHES.len());
    // Some of them, all of them, and back.
    let (_, some) = call(&sandbox, Method::PATCH, &json!({ "soc": "missing" })).await;
    assert_eq!(
        (&some["soc"], &some["token_reply"]),
        (&json!("missing"), &json!("enveloped"))
    );
    let all = turn(&sandbox, &[("frames", "per_connector")]).await;
    assert_eq!(
        (&all["frames"], &all["soc"]),
        (&json!("per_connector"), &json!("whole"))
    );
    assert_eq!(json!(sandbox.quirks()), all);
    assert_eq!(call(&sandbox, Method::DELETE, &Value::Null).await, (200, start));
    sandbox.set_quirks(Quirks::default());
    assert_eq!(sandbox.quirks().token_reply, TokenReply::Bare);
    // Turning switches leaves no trace in the journal.
    assert_eq!(sandbox.journal(), []);
}

#[tokio::test]
async fn what_is_unknown_is_refused_and_changes_nothing() {
    let sandbox = sandbox();
    for method in [Method::PUT, Method::PATCH] {
        let (status, answer) = call(&sandbox, method.clone(), &json!({ "soc": "null", "tokens": "x" })).await;
        assert_eq!(status, 400);
        let error = answer["error"].as_str().unwrap();
        assert!(
            Quirks::SWITCHES.iter().all(|switch| error.contains(switch.name)),
            "{error}"
        );
        let (status, answer) = call(&sandbox, method.clone(), &json!({ "frames": "x" })).await;
        assert_eq!(status, 400);
        assert!(
            answer["error"].as_str().unwrap().contains("per_device, per_connector"),
            "{answer}"
        );
        for body in [json!([]), json!({ "soc": 1 }), Value::Null] {
            assert_eq!(call(&sandbox, method.clone(), &body).await.0, 400);
        }
    }
    assert_eq!(sandbox.quirks(), Quirks::default());
}

#[test]
fn every_reading_is_played_in_a_test() {
    let tests = [
        include_str!("answers.rs"),
        include_str!("commands.rs"),
        include_str!("errors.rs"),
        include_str!("frames.rs"),
        include_str!("limits.rs"),
        include_str!("records.rs"),
        include_str!("schedules.rs"),
        include_str!("tokens.rs"),
    ]
    .concat();
    for switch in Quirks::SWITCHES {
        for (word, _) in &switch.readings[1..] {
            let played = format!("(\"{}\", \"{word}\")", switch.name);
            assert!(tests.contains(&played), "no test plays {played}");
        }
    }
}
