//! Commands: what the platform says of one that it was given.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{lenient, state::CommandState};

/// The answer to a command: it is queued, which says nothing yet about the charger.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct CommandReceipt {
    /// The platform's identifier of the command, to follow it by.
    pub command_id: String,
    /// How far it is.
    pub status: CommandState,
}

/// What has become of a command.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct CommandStatus {
    /// The platform's identifier of the command.
    pub command_id: String,
    /// How far it is. `Completed` may mean that the charge has ENDED, not that it has begun: whether energy flows,
    /// telemetry tells.
    pub status: CommandState,
    /// When it was given.
    #[serde(default, deserialize_with = "lenient::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, deserialize_with = "lenient::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// What it led to, e.g. `{"energy_delivered": 12.3}` in kWh.
    #[serde(default)]
    pub result: Option<Value>,
}

/// The answer to a flexibility call.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct FlexibilityReceipt {
    /// The platform's identifier of the measure. Whether it can be followed like a command is not specified.
    pub control_id: String,
    /// How far it is; the schema knows only `executing`.
    pub status: String,
}
