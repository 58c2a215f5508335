//! Mirrors of what can be asked of connectors, and of what becomes of it.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, civil::Time};
use tellus_core::{self as core, model};
use tokio::sync::Mutex;

use crate::{
    cancel::{Cancellation, unless},
    error::TellusError,
};

type JsonValue = serde_json::Value;

// A JSON value as its text: the languages have parsers of their own.
uniffi::custom_type!(JsonValue, String, {
    remote,
    lower: |value| value.to_string(),
    try_lift: |text| Ok(serde_json::from_str(&text)?),
});

// A time of the day, e.g. `22:00`. One that is none is refused as an argument of the call.
uniffi::custom_type!(Time, String, {
    remote,
    lower: |time| time.to_string(),
    try_lift: |text| text
        .parse::<Time>()
        .map_err(|error| TellusError::from(core::Error::invalid("time_slots", error)).into()),
});

type CommandState = model::CommandState;
type CommandReceipt = model::CommandReceipt;
type CommandStatus = model::CommandStatus;
type FlexibilityReceipt = model::FlexibilityReceipt;
type StartRequest = model::StartRequest;
type StopRequest = model::StopRequest;
type DischargeRequest = model::DischargeRequest;
type FlexibilityRequest = model::FlexibilityRequest;
type FlexibilityTarget = model::FlexibilityTarget;
type FlexibilityCommand = model::FlexibilityCommand;
type Schedule = model::Schedule;
type ScheduleKind = model::ScheduleKind;
type ScheduleAction = model::ScheduleAction;
type TimeSlot = model::TimeSlot;
type Weekday = model::Weekday;

/// How far a command is.
#[uniffi::remote(Enum)]
pub enum CommandState {
    Queued,
    Accepted,
    Completed,
    Failed,
    Rejected,
    Other(String),
}

/// The answer to a command: it is queued, which says nothing yet about the charger.
#[uniffi::remote(Record)]
pub struct CommandReceipt {
    pub command_id: String,
    pub status: CommandState,
}

/// What has become of a command; `result` is a JSON text, energy in it in kWh.
#[uniffi::remote(Record)]
pub struct CommandStatus {
    pub command_id: String,
    pub status: CommandState,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub result: Option<JsonValue>,
}

/// The answer to a flexibility call.
#[uniffi::remote(Record)]
pub struct FlexibilityReceipt {
    pub control_id: String,
    pub status: String,
}

/// What a charge is to be like: power in kW, whole seconds, state of charge in %.
#[uniffi::remote(Record)]
pub struct StartRequest {
    pub charge_power: Option<f64>,
    pub duration: Option<Duration>,
    pub target_soc: Option<u8>,
    pub transaction_id: Option<String>,
}

/// Why a session is to end.
#[uniffi::remote(Record)]
pub struct StopRequest {
    pub reason: Option<String>,
}

/// What a discharge is to be like: power in kW, positive; whole seconds; state of charge in %.
#[uniffi::remote(Record)]
pub struct DischargeRequest {
    pub discharge_power: f64,
    pub duration: Option<Duration>,
    pub min_soc: Option<u8>,
}

/// A measure for a group of chargers, for whole seconds.
#[uniffi::remote(Record)]
pub struct FlexibilityRequest {
    pub target: FlexibilityTarget,
    pub command: FlexibilityCommand,
    pub duration: Duration,
    pub reason: Option<String>,
}

/// Whom a measure concerns.
#[uniffi::remote(Enum)]
pub enum FlexibilityTarget {
    Sites(Vec<String>),
    Operators(Vec<String>),
    All,
}

/// What a measure does; a limit is a share in %.
#[uniffi::remote(Enum)]
pub enum FlexibilityCommand {
    SetPowerLimit(u8),
    PauseCharging,
}

/// A plan for one connector; state of charge in %.
#[uniffi::remote(Record)]
pub struct Schedule {
    pub schedule_id: String,
    pub enabled: bool,
    pub kind: ScheduleKind,
    pub time_slots: Vec<TimeSlot>,
    pub target_soc: Option<u8>,
    pub effective_from: Option<Timestamp>,
    pub effective_until: Option<Timestamp>,
    pub timezone: Option<String>,
}

/// How a plan repeats.
#[uniffi::remote(Enum)]
pub enum ScheduleKind {
    Once,
    Daily,
    Weekly,
}

/// One part of a day: times such as `22:00`, to the minute; power in kW.
#[uniffi::remote(Record)]
pub struct TimeSlot {
    pub day_of_week: Vec<Weekday>,
    pub start: Time,
    pub end: Time,
    pub power_limit: Option<f64>,
    pub action: ScheduleAction,
}

/// What happens in a slot.
#[uniffi::remote(Enum)]
pub enum ScheduleAction {
    Charge,
    Discharge,
    Idle,
}

/// A day of the week.
#[uniffi::remote(Enum)]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A command that is being followed.
#[derive(Debug, uniffi::Object)]
pub struct FollowedCommand(pub(crate) Mutex<core::FollowedCommand>);

#[uniffi::export]
impl FollowedCommand {
    /// The next state that differs from the last one; none after a final one, `Timeout` when the patience is over.
    #[uniffi::method(default(cancel = None))]
    pub async fn next_status(&self, cancel: Option<Arc<Cancellation>>) -> Result<Option<CommandStatus>, TellusError> {
        unless(cancel, async { self.0.lock().await.next().await }).await
    }
}
