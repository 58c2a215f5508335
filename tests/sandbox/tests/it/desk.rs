//! An operator's desk: commands to one connector, and everything that shows what they did.

use std::time::Duration;

use serde_json::{Value, json};
use tellus_sandbox::Sandbox;

use crate::support::Api;

/// The operator of a few chargers, with its eyes on one connector.
pub(crate) struct Desk<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) api: Api,
    /// Index of the device in the fleet, and number of the connector.
    pub(crate) at: (usize, u32),
}

impl<'a> Desk<'a> {
    pub(crate) async fn new(sandbox: &'a Sandbox, at: (usize, u32)) -> Self {
        let api = Api::new(sandbox).await;
        Self { sandbox, api, at }
    }

    pub(crate) fn path(&self, call: &str) -> String {
        let device = &self.sandbox.device_ids()[self.at.0];
        format!("/operator/devices/{device}/connectors/{}/{call}", self.at.1)
    }

    /// Sends a command and returns its id.
    pub(crate) async fn order(&self, call: &str, body: Value) -> String {
        let (status, answer) = self.api.command(&self.path(call), &body).await;
        assert_eq!((status, &answer["code"]), (200, &json!(0)), "{answer}");
        assert_eq!(answer["data"]["status"], "queued");
        answer["data"]["command_id"].as_str().unwrap().to_owned()
    }

    /// Status and code of a command.
    pub(crate) async fn attempt(&self, call: &str, body: Value) -> (u16, u64) {
        let (status, answer) = self.api.command(&self.path(call), &body).await;
        (status, answer["code"].as_u64().unwrap())
    }

    /// How far a command has come.
    pub(crate) async fn state(&self, id: &str) -> Value {
        let (status, answer) = self.api.fetch(&format!("/operator/commands/{id}")).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"].clone()
    }

    /// The connector in the device's details.
    pub(crate) async fn connector(&self) -> Value {
        let device = &self.sandbox.device_ids()[self.at.0];
        let (_, details) = self.api.fetch(&format!("/operator/devices/{device}")).await;
        let connectors = details["data"]["connectors"].as_array().unwrap();
        let wanted = |one: &&Value| one["connector_id"] == self.at.1;
        connectors.iter().find(wanted).unwrap().clone()
    }

    /// The newest record of the connector.
    pub(crate) async fn record(&self) -> Value {
        let device = &self.sandbox.device_ids()[self.at.0];
        let query = format!("device_id={device}&connector_id={}&size=1", self.at.1);
        let (_, page) = self.api.fetch(&format!("/operator/charging-records?{query}")).await;
        page["data"]["items"][0].clone()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.sandbox.advance(Duration::from_secs(seconds));
    }
}
