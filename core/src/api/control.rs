//! Remote control of connectors. None of these calls is ever sent twice on doubt, and none is sent unchecked; the checks
//! can be had without the call, too, so that nobody is asked "are you sure?" about what would never be sent.

use serde::Serialize;

use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
    model::{CommandReceipt, DischargeRequest, Schedule, StartRequest, StopRequest},
    transport::{Request, check_segment},
};

impl Client {
    /// Starts a charge (`POST …/start`). The answer says that the command is queued: follow it with
    /// [`Client::follow_command`], and judge by telemetry whether energy flows.
    ///
    /// If the answer is lost the error is [`ErrorKind::OutcomeUnknown`]; [`Client::device`] then tells the truth.
    pub async fn start(&self, device_id: &str, connector_id: u32, request: &StartRequest) -> Result<CommandReceipt> {
        request.check()?;
        self.command(device_id, connector_id, "start", request).await
    }

    /// Ends a session (`POST …/stop`).
    pub async fn stop(&self, device_id: &str, connector_id: u32, request: &StopRequest) -> Result<CommandReceipt> {
        self.command(device_id, connector_id, "stop", request).await
    }

    /// Starts a discharge (`POST …/discharge`). Needs V2G hardware, and a vehicle above its floor.
    pub async fn discharge(
        &self,
        device_id: &str,
        connector_id: u32,
        request: &DischargeRequest,
    ) -> Result<CommandReceipt> {
        request.check()?;
        self.command(device_id, connector_id, "discharge", request).await
    }

    /// Stores a plan on a connector (`POST …/schedule`). What the answer holds is not specified: a receipt, or nothing.
    pub async fn set_schedule(
        &self,
        device_id: &str,
        connector_id: u32,
        schedule: &Schedule,
    ) -> Result<Option<CommandReceipt>> {
        schedule.check()?;
        let answer: serde_json::Value = self.command(device_id, connector_id, "schedule", schedule).await?;
        Ok(serde_json::from_value(answer).ok())
    }

    async fn command<T>(&self, device_id: &str, connector_id: u32, verb: &str, body: &impl Serialize) -> Result<T>
    where
        T: serde::de::DeserializeOwned + Send + 'static,
    {
        check_connector(device_id, connector_id)?;
        let body = serde_json::to_value(body).map_err(|error| Error::invalid("request", error))?;
        let connector = connector_id.to_string();
        let segments = ["operator", "devices", device_id, "connectors", &connector, verb];
        let busy = self.commands_in_flight().enter(device_id, connector_id)?;
        let request = Request::post(segments, body);
        // The place is held by the task that sends, so that a caller who goes away does not free it early.
        self.send_holding(request, busy)
            .await
            .map_err(|error| name_the_read(error, device_id, connector_id))
    }
}

/// Checks what names a connector, as every command does before it is sent. Whether there is one of that name, only the
/// platform knows.
pub fn check_connector(device_id: &str, connector_id: u32) -> Result<()> {
    check_segment("device_id", device_id)?;
    if connector_id == 0 {
        return Err(Error::invalid("connector_id", "counts from 1"));
    }
    Ok(())
}

/// The read that tells what became of a command whose answer was lost.
fn name_the_read(error: Error, device_id: &str, connector_id: u32) -> Error {
    if error.kind() != ErrorKind::OutcomeUnknown {
        return error;
    }
    let reason = format!(
        "{}; the state of connector {connector_id} in device({device_id:?}) tells whether it was carried out",
        error.reason()
    );
    error.into_kind(ErrorKind::OutcomeUnknown, reason)
}
