//! The client's calls besides those for sites and chargers: what was, what is to happen, and what became of it.

use std::{sync::Arc, time::Duration};

use tellus_core::{
    ChargingRecordQuery, ClientStats, EnergyQuery, QuotaClass,
    model::{
        CommandReceipt, CommandStatus, DischargeRequest, EnergySeries, FlexibilityReceipt, FlexibilityRequest,
        Schedule, StartRequest, StopRequest,
    },
};
use tokio::sync::Mutex;

use crate::{
    cancel::{Cancellation, unless},
    client::TellusClient,
    commands::FollowedCommand,
    error::TellusError,
    history::ChargingRecordPages,
};

#[uniffi::export]
impl TellusClient {
    /// Charging records, page by page.
    pub fn charging_records(
        &self,
        query: ChargingRecordQuery,
        page_size: u32,
    ) -> Result<Arc<ChargingRecordPages>, TellusError> {
        let pages = self.0.charging_records(&query)?.page_size(page_size)?;
        Ok(Arc::new(ChargingRecordPages(Mutex::new(pages))))
    }

    /// Energy into and out of vehicles over time.
    #[uniffi::method(default(cancel = None))]
    pub async fn energy(
        &self,
        query: EnergyQuery,
        cancel: Option<Arc<Cancellation>>,
    ) -> Result<EnergySeries, TellusError> {
        unless(cancel, self.0.energy(&query)).await
    }

    /// Starts a charge. Sent once; a caller who goes away does not take it back. The same holds for all commands.
    pub async fn start(
        &self,
        device_id: String,
        connector_id: u32,
        request: StartRequest,
    ) -> Result<CommandReceipt, TellusError> {
        Ok(self.0.start(&device_id, connector_id, &request).await?)
    }

    /// Ends a session.
    pub async fn stop(
        &self,
        device_id: String,
        connector_id: u32,
        request: StopRequest,
    ) -> Result<CommandReceipt, TellusError> {
        Ok(self.0.stop(&device_id, connector_id, &request).await?)
    }

    /// Starts a discharge (V2G).
    pub async fn discharge(
        &self,
        device_id: String,
        connector_id: u32,
        request: DischargeRequest,
    ) -> Result<CommandReceipt, TellusError> {
        Ok(self.0.discharge(&device_id, connector_id, &request).await?)
    }

    /// Stores a plan on a connector.
    pub async fn set_schedule(
        &self,
        device_id: String,
        connector_id: u32,
        schedule: Schedule,
    ) -> Result<Option<CommandReceipt>, TellusError> {
        Ok(self.0.set_schedule(&device_id, connector_id, &schedule).await?)
    }

    /// Limits power or pauses charging for a group of chargers.
    pub async fn flexibility(&self, request: FlexibilityRequest) -> Result<FlexibilityReceipt, TellusError> {
        Ok(self.0.flexibility(&request).await?)
    }

    /// What has become of a command.
    #[uniffi::method(default(cancel = None))]
    pub async fn command_status(
        &self,
        command_id: String,
        cancel: Option<Arc<Cancellation>>,
    ) -> Result<CommandStatus, TellusError> {
        unless(cancel, self.0.command_status(&command_id)).await
    }

    /// Follows a command until it is final, for `patience` at most.
    pub fn follow_command(&self, command_id: String, patience: Duration) -> Result<Arc<FollowedCommand>, TellusError> {
        let followed = self.0.follow_command(&command_id, patience)?;
        Ok(Arc::new(FollowedCommand(Mutex::new(followed))))
    }

    /// How many calls of this class may go out now without waiting, by our own count.
    pub fn quota_left(&self, class: QuotaClass) -> Result<u32, TellusError> {
        Ok(self.0.quota_left(class))
    }

    /// What this client has counted so far about its calls.
    pub fn stats(&self) -> Result<ClientStats, TellusError> {
        Ok(self.0.stats())
    }
}
