//! Every reading of every switch, over real sockets.

mod answers;
mod commands;
mod controls;
mod errors;
mod frames;
mod limits;
mod records;
mod schedules;
mod tokens;

use serde_json::{Value, json};
use tellus_sandbox::{Options, Sandbox};

use crate::support::{Api, http, json as json_of, obedient, still};

/// Turns these switches, and all others to their usual reading, as a program would: over HTTP.
async fn turn(sandbox: &Sandbox, words: &[(&str, &str)]) -> Value {
    let body: serde_json::Map<String, Value> = words
        .iter()
        .map(|(name, word)| ((*name).to_owned(), json!(word)))
        .collect();
    let url = format!("http://{}/_sandbox/quirks", sandbox.address());
    let answer = http(sandbox)
        .put(url)
        .body(Value::Object(body).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{words:?}");
    json_of(answer).await
}

/// A fleet that stands still and does what it is told, and its operator.
async fn scene() -> (Sandbox, Api) {
    scene_with(obedient()).await
}

async fn scene_with(options: Options) -> (Sandbox, Api) {
    let sandbox = still(options);
    let api = Api::new(&sandbox).await;
    (sandbox, api)
}

/// Path of a call to the first connector of the device at this index.
fn connector(sandbox: &Sandbox, index: usize, call: &str) -> String {
    format!("/operator/devices/{}/connectors/1/{call}", sandbox.device_ids()[index])
}

/// Starts a session at a device and lets it run for a while.
async fn charge(sandbox: &Sandbox, api: &Api, index: usize) {
    let (status, answer) = api.command(&connector(sandbox, index, "start"), &json!({})).await;
    assert_eq!(status, 200, "{answer}");
    sandbox.advance(std::time::Duration::from_secs(61));
}
