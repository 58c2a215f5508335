//! A charger that is played from outside, through the platform's charger side.

use serde_json::{Value, json};
use tellus_sandbox::Sandbox;

use crate::support::{Client, http, json, post};

/// A registered charger with its token.
pub(crate) struct Charger {
    pub(crate) http: Client,
    base: String,
    pub(crate) device_id: String,
    pub(crate) secret: String,
    pub(crate) token: String,
}

impl Charger {
    /// Registers a charger with this serial number and gets it a token.
    pub(crate) async fn new(sandbox: &Sandbox, sn: &str) -> Self {
        let (status, reply) = register(sandbox, &registration(sn)).await;
        assert_eq!((status, &reply["code"]), (200, &json!(0)), "{reply}");
        let text = |name: &str| reply["data"][name].as_str().unwrap().to_owned();
        Self::with(sandbox, text("device_id"), text("device_secret")).await
    }

    /// A charger that has these already.
    pub(crate) async fn with(sandbox: &Sandbox, device_id: String, secret: String) -> Self {
        let mut charger = Self {
            http: http(sandbox),
            base: sandbox.base_url().to_owned(),
            device_id,
            secret,
            token: String::new(),
        };
        let (status, reply) = charger.token(&charger.secret).await;
        assert_eq!(status, 200, "{reply}");
        charger.token = reply["access_token"].as_str().unwrap().to_owned();
        charger
    }

    /// Asks for a token with this secret.
    pub(crate) async fn token(&self, secret: &str) -> (u16, Value) {
        let body = json!({ "device_id": self.device_id, "device_secret": secret, "grant_type": "client_credentials" });
        let answer = post(&self.http, &format!("{}/device/token", self.base), &body).await;
        (answer.status().as_u16(), json(answer).await)
    }

    /// Posts a report, and returns status and answer.
    pub(crate) async fn post(&self, call: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}/device/{call}", self.base));
        let request = request
            .bearer_auth(&self.token)
            .header("Content-Type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        (answer.status().as_u16(), json(answer).await)
    }

    /// Posts a report that must be taken, and returns its data.
    pub(crate) async fn report(&self, call: &str, body: &Value) -> Value {
        let (status, mut answer) = self.post(call, body).await;
        assert_eq!((status, &answer["code"]), (200, &json!(0)), "{call}: {answer}");
        answer["data"].take()
    }

    /// A heartbeat that says that all is well; returns the commands it brings.
    pub(crate) async fn beat(&self) -> Vec<Value> {
        let mut data = self.report("heartbeat", &heartbeat("online")).await;
        serde_json::from_value(data["commands"].take()).unwrap()
    }

    /// Waits for a command, `query` in the poll's query; null when none came.
    pub(crate) async fn poll(&self, query: &str) -> (u16, Value) {
        let request = self.http.get(format!("{}/device/commands?{query}", self.base));
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        (answer.status().as_u16(), json(answer).await)
    }

    /// Reports how far a command has come.
    pub(crate) async fn status(&self, command_id: &str, status: &str, details: Value) -> (u16, Value) {
        let body = json!({ "command_id": command_id, "status": status, "timestamp": AT, "details": details });
        self.post("command-status", &body).await
    }
}

/// The time in reports: the charger's own clock.
pub(crate) const AT: &str = "2026-03-15T11:00:05.000Z";

pub(crate) async fn register(sandbox: &Sandbox, body: &Value) -> (u16, Value) {
    let answer = post(&http(sandbox), &format!("{}/device/register", sandbox.base_url()), body).await;
    (answer.status().as_u16(), json(answer).await)
}

pub(crate) fn registration(sn: &str) -> Value {
    json!({ "sn": sn, "model": "AC-7kW-V2", "manufacturer": "ChargeTech", "firmware_version": "2.1.0" })
}

pub(crate) fn heartbeat(status: &str) -> Value {
    json!({ "timestamp": AT, "status": status, "fault_code": 0 })
}

pub(crate) fn telemetry(connector_id: u32, state: &str, power: f64) -> Value {
    json!({
        "timestamp": AT, "connector_id": connector_id, "state": state, "voltage": 220.5, "current": 32.0,
        "power": power, "energy_delivered": 12.3, "soc": 55, "temperature": 35.2,
    })
}
