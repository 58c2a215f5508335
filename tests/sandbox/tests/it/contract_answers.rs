//! Provokes every answer the contract describes, success and error, and holds each against it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tellus_sandbox::{FaultKind, Options, Sandbox, Scope};

use crate::contract::{Contract, contract};
use crate::support::{Api, credentials, frame, json, obedient, open, sandbox, still};

const CONNECTOR: &str = "/operator/devices/{device_id}/connectors/{connector_id}";

/// A call: where the contract describes it, and how to make it.
struct Call {
    path: String,
    method: Method,
    /// The path with everything filled in.
    good: String,
    body: Value,
}

impl Call {
    fn get(path: &str, good: &str) -> Self {
        Self {
            path: path.to_owned(),
            method: Method::GET,
            good: good.to_owned(),
            body: Value::Null,
        }
    }

    fn post(path: &str, good: &str, body: Value) -> Self {
        Self {
            method: Method::POST,
            body,
            ..Self::get(path, good)
        }
    }

    /// Makes the call, to `path` with `body`, and holds the answer against the contract.
    async fn send(&self, contract: &Contract, api: &Api, token: &str, path: &str, body: &Value) -> (u16, Value) {
        let mut request = api.http.request(self.method.clone(), format!("{}{path}", api.base));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if self.method == Method::POST {
            request = request
                .header("Content-Type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let value = json(answer).await;
        contract.fits(&self.path, &self.method.as_str().to_ascii_lowercase(), status, &value);
        (status, value)
    }

    async fn as_it_should_be(&self, contract: &Contract, api: &Api, token: &str) -> (u16, Value) {
        self.send(contract, api, token, &self.good, &self.body).await
    }
}

/// Every call but the stream, aimed at connectors that can take it.
fn calls(sandbox: &Sandbox) -> Vec<Call> {
    let ids = sandbox.device_ids();
    let connector = |index: usize, call: &str| format!("/operator/devices/{}/connectors/1/{call}", ids[index]);
    let range = "start_time=2026-03-01T00:00:00Z&end_time=2026-03-15T00:00:00Z";
    let slots = json!([{ "start": "22:00", "end": "08:00", "action": "charge" }]);
    vec![
        Call::post("/operator/oauth/token", "/operator/oauth/token", credentials(sandbox)),
        Call::get("/operator/sites", "/operator/sites"),
        Call::get(
            "/operator/devices/{device_id}",
            &format!("/operator/devices/{}", ids[0]),
        ),
        Call::get("/operator/charging-records", "/operator/charging-records?size=100"),
        Call::get(
            "/operator/aggregated/energy",
            &format!("/operator/aggregated/energy?granularity=day&{range}"),
        ),
        Call::post(
            &format!("{CONNECTOR}/start"),
            &connector(1, "start"),
            json!({ "target_soc": 80 }),
        ),
        Call::post(&format!("{CONNECTOR}/stop"), &connector(1, "stop"), json!({})),
        Call::post(
            &format!("{CONNECTOR}/discharge"),
            &connector(0, "discharge"),
            json!({ "discharge_power": 9 }),
        ),
        Call::post(
            &format!("{CONNECTOR}/schedule"),
            &connector(1, "schedule"),
            json!({ "schedule_id": "s", "enabled": true, "type": "daily", "time_slots": slots }),
        ),
        Call::post(
            "/operator/control/flexibility",
            "/operator/control/flexibility",
            json!({ "target_type": "all", "command": "pause_charging", "params": { "duration": 60 } }),
        ),
    ]
}

/// A command, and the call that follows it.
async fn following(contract: &Contract, api: &Api, calls: &[Call]) -> Call {
    let call = calls.iter().find(|call| call.path.ends_with("flexibility")).unwrap();
    let (_, answer) = call.as_it_should_be(contract, api, &api.token).await;
    let id = answer["data"]["control_id"].as_str().unwrap();
    Call::get("/operator/commands/{command_id}", &format!("/operator/commands/{id}"))
}

#[tokio::test]
async fn every_answer_fits() {
    let Some(contract) = contract() else { return };
    let sandbox = still(obedient());
    let api = Api::new(&sandbox).await;
    let mut calls = calls(&sandbox);
    calls.push(following(&contract, &api, &calls).await);
    for call in &calls {
        let (status, _) = call.as_it_should_be(&contract, &api, &api.token).await;
        assert_eq!(status, 200, "{}", call.path);
    }
    who_may_not(&contract, &sandbox, &api, &calls).await;
    what_cannot_be(&contract, &api, &calls).await;
    for call in &calls {
        sandbox.inject(broken());
        assert_eq!(call.as_it_should_be(&contract, &api, &api.token).await.0, 500);
    }
    too_often(&contract).await;
    the_stream(&contract).await;
    assert_eq!(contract.unseen(), []);
}

/// An error on the platform's side.
fn broken() -> FaultKind {
    FaultKind::Error {
        status: 500,
        code: 9001,
        message: None,
        details: None,
        retry_after_seconds: None,
    }
}

/// 401 and 403.
async fn who_may_not(contract: &Contract, sandbox: &Sandbox, api: &Api, calls: &[Call]) {
    let nobody = Api::with(sandbox, Scope::None).await;
    let late = Api::new(sandbox).await;
    for call in calls.iter().filter(|call| !call.path.ends_with("/token")) {
        for token in ["", "eyJ.x.y"] {
            assert_eq!(call.as_it_should_be(contract, api, token).await.0, 401);
        }
        sandbox.inject(FaultKind::ExpireTokens {}.once().on("/operator"));
        assert_eq!(call.as_it_should_be(contract, &late, &late.token).await.1["code"], 2002);
        // Expiry struck all of them.
        let nobody = Api::with(sandbox, Scope::None).await;
        assert_eq!(call.as_it_should_be(contract, &nobody, &nobody.token).await.0, 403);
    }
    let mut wrong = credentials(sandbox);
    wrong["client_secret"] = json!("guess");
    assert_eq!(
        calls[0].send(contract, &nobody, "", &calls[0].good, &wrong).await.0,
        401
    );
}

/// 400, 404 and 409.
async fn what_cannot_be(contract: &Contract, expired: &Api, calls: &[Call]) {
    let (_, reply) = calls[0].as_it_should_be(contract, expired, "").await;
    let token = reply["access_token"].as_str().unwrap();
    for call in calls {
        // The path with the query gone and something wrong in its place.
        let bare = call.good.split('?').next().unwrap();
        let spoilt = format!("{bare}?page=0");
        let (path, body) = match call.method {
            Method::GET => (spoilt.as_str(), &Value::Null),
            _ => (bare, &json!([])),
        };
        let described = contract
            .document
            .answer(&call.path, &call.method.as_str().to_ascii_lowercase(), "400");
        let (status, _) = match described {
            Some(_) => call.send(contract, expired, token, path, body).await,
            None => continue,
        };
        assert_eq!(status, 400, "{path}");
    }
    for call in calls.iter().filter(|call| call.path.contains('{')) {
        let absent = match call.path.contains("connectors") {
            true => call.good.replace("/connectors/1/", "/connectors/9/"),
            false => format!("{}_x", call.good),
        };
        assert_eq!(call.send(contract, expired, token, &absent, &call.body).await.0, 404);
    }
    let nowhere =
        json!({ "target_type": "site", "target_ids": ["x"], "command": "pause_charging", "params": { "duration": 1 } });
    for (end, path, body) in [
        ("/energy", format!("{}&site_ids=x", calls[4].good), Value::Null),
        ("/flexibility", "/operator/control/flexibility".to_owned(), nowhere),
    ] {
        let call = calls.iter().find(|call| call.path.ends_with(end)).unwrap();
        assert_eq!(call.send(contract, expired, token, &path, &body).await.0, 404);
    }
    // Started once and taken: not again. Nothing to stop, and nothing that feeds back.
    let other = |path: &str, from: &str, to: &str| path.replace(from, to);
    let device = |index: usize| calls[index].good.split('/').nth(3).unwrap().to_owned();
    let find = |end: &str| calls.iter().find(|call| call.path.ends_with(end)).unwrap();
    let gives = json!({ "schedule_id": "s", "enabled": true, "type": "daily",
        "time_slots": [{ "start": "22:00", "end": "08:00", "action": "discharge" }] });
    for (call, path, body) in [
        (find("/start"), find("/start").good.clone(), json!({})),
        (
            find("/stop"),
            other(&find("/stop").good, "/connectors/1/", "/connectors/2/"),
            json!({}),
        ),
        (
            find("/discharge"),
            other(&find("/discharge").good, &device(7), &device(5)),
            json!({ "discharge_power": 1 }),
        ),
        (find("/schedule"), find("/schedule").good.clone(), gives),
    ] {
        assert_eq!(call.send(contract, expired, token, &path, &body).await.0, 409, "{path}");
    }
}

/// 429, for each class of calls.
async fn too_often(contract: &Contract) {
    let sandbox = Sandbox::start(Options {
        query_per_minute: 1,
        control_per_minute: 1,
        token_per_minute: 1,
        ..obedient()
    })
    .unwrap();
    let api = Api::new(&sandbox).await;
    let mut calls = calls(&sandbox);
    calls.push(following(contract, &api, &calls).await);
    let sites = &calls[1];
    sites.as_it_should_be(contract, &api, &api.token).await;
    for call in &calls {
        assert_eq!(
            call.as_it_should_be(contract, &api, &api.token).await.0,
            429,
            "{}",
            call.path
        );
    }
}

/// Frames, and every way to be refused.
async fn the_stream(contract: &Contract) {
    const PATH: &str = "/operator/stream";
    let sandbox = sandbox();
    let (api, nobody) = (Api::new(&sandbox).await, Api::with(&sandbox, Scope::None).await);
    let ids = sandbox.device_ids();
    let query = format!("devices={}", ids.join(","));
    let mut socket = open(&sandbox, Some(&api.token), &query).await.unwrap();
    for _ in 0..ids.len() * 3 {
        contract.fits(PATH, "get", 101, &frame(&mut socket).await);
    }
    sandbox.inject(broken());
    for (token, query, expected) in [
        (&api.token, query.as_str(), 500),
        (&api.token, query.as_str(), 409),
        (&api.token, "devices=", 400),
        (&api.token, "devices=dvc_x", 404),
        (&nobody.token, query.as_str(), 403),
        (&String::from("eyJ"), query.as_str(), 401),
    ] {
        let (status, body) = open(&sandbox, Some(token), query).await.err().unwrap();
        assert_eq!(status, expected);
        contract.fits(PATH, "get", status, &body);
    }
}

#[tokio::test]
async fn a_day_in_the_fleet_fits() {
    let Some(contract) = contract() else { return };
    let sandbox = still(Options::default());
    let api = Api::new(&sandbox).await;
    for id in sandbox.device_ids() {
        let (_, device) = api.fetch(&format!("/operator/devices/{id}")).await;
        contract.fits("/operator/devices/{device_id}", "get", 200, &device);
        sandbox.advance(Duration::from_secs(600));
    }
    for page in 1..=5 {
        let path = format!("/operator/charging-records?size=100&page={page}");
        contract.fits("/operator/charging-records", "get", 200, &api.fetch(&path).await.1);
    }
    // What the document does not know is not let through.
    sandbox.inject(FaultKind::UnknownFields {});
    let (_, strange) = api.fetch("/operator/sites").await;
    let errors = contract.errors("/operator/sites", "get", 200, &strange);
    assert!(
        errors.iter().any(|error| error.contains("x_sandbox_text")),
        "{errors:?}"
    );
}
