//! Telemetry: pulled in batches, or delivered to a listener.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use tellus_core::{self as core, model::TelemetryFrame};

use crate::{
    error::{CallbackError, TellusError},
    stats::StreamStats,
};

/// What a stream is doing.
#[derive(Debug, Clone, uniffi::Enum)]
pub enum StreamStatus {
    /// It opens a connection.
    Connecting,
    /// The connection stands.
    Live,
    /// It waits before the next try.
    Waiting {
        /// How long.
        retry_in: Duration,
        /// Why there is no connection.
        error: TellusError,
    },
    /// It was told to rest.
    Paused,
    /// It was closed by its owner.
    Closed,
    /// It ended for good.
    Failed {
        /// Why.
        error: TellusError,
    },
}

impl From<core::StreamStatus> for StreamStatus {
    fn from(status: core::StreamStatus) -> Self {
        match status {
            core::StreamStatus::Connecting => Self::Connecting,
            core::StreamStatus::Live => Self::Live,
            core::StreamStatus::Waiting { retry_in, error } => Self::Waiting {
                retry_in,
                error: error.into(),
            },
            core::StreamStatus::Paused => Self::Paused,
            core::StreamStatus::Closed => Self::Closed,
            core::StreamStatus::Failed(error) => Self::Failed { error: error.into() },
        }
    }
}

/// A change of what a stream is doing.
#[derive(Debug, Clone, uniffi::Record)]
pub struct StatusEvent {
    /// When it changed, by this machine's clock.
    pub at: Timestamp,
    /// Which of the stream's connections, counted from 0.
    pub connection: u32,
    /// What the stream does from then on.
    pub status: StreamStatus,
}

impl From<core::StatusEvent> for StatusEvent {
    fn from(event: core::StatusEvent) -> Self {
        Self {
            at: event.at,
            connection: event.connection,
            status: event.status.into(),
        }
    }
}

type GapCause = core::GapCause;
type Observed = core::Observed;
type Gap = core::Gap;

/// Why a device was not observed for a while.
#[uniffi::remote(Enum)]
pub enum GapCause {
    Connecting,
    Reconnect,
    Stale,
    Dropped,
    Paused,
    Failed,
}

/// A frame's place in time: by the charger's clock, and by this machine's.
#[uniffi::remote(Record)]
pub struct Observed {
    pub timestamp: Timestamp,
    pub received_at: Timestamp,
}

/// An interval in which a device was not observed. It lasts while `closed_at` is missing.
#[uniffi::remote(Record)]
pub struct Gap {
    pub device_id: String,
    pub cause: GapCause,
    pub opened_at: Timestamp,
    pub last: Option<Observed>,
    pub next: Option<Observed>,
    pub closed_at: Option<Timestamp>,
    pub dropped: u64,
    pub resynced: bool,
}

/// What arrived since the last batch: changes of state, gaps that opened, frames, gaps that these frames ended.
#[derive(Debug, Clone, uniffi::Record)]
pub struct TelemetryBatch {
    /// Changes of state.
    pub events: Vec<StatusEvent>,
    /// Gaps that opened, and gaps that closed: each is told twice.
    pub gaps: Vec<Gap>,
    /// Frames, in the order of arrival.
    pub frames: Vec<TelemetryFrame>,
}

impl From<core::Batch> for TelemetryBatch {
    fn from(batch: core::Batch) -> Self {
        Self {
            events: batch.events.into_iter().map(Into::into).collect(),
            gaps: batch.gaps,
            frames: batch.frames.iter().collect(),
        }
    }
}

/// A stream to pull from.
#[derive(Debug, uniffi::Object)]
pub struct TelemetrySubscription(pub(crate) core::Subscription);

#[uniffi::export]
impl TelemetrySubscription {
    /// The next batch: empty when `max_wait` is over, none after the end.
    pub async fn next_batch(
        &self,
        max_rows: u32,
        max_wait: Option<Duration>,
    ) -> Result<Option<TelemetryBatch>, TellusError> {
        Ok(self.0.next_batch(max_rows as usize, max_wait).await?.map(Into::into))
    }

    /// Ends the stream. Returns at once; may be called more than once and from anywhere.
    pub fn cancel(&self) -> Result<(), TellusError> {
        self.0.close();
        Ok(())
    }

    /// Whether it was ended by its owner.
    pub fn is_cancelled(&self) -> Result<bool, TellusError> {
        Ok(self.0.is_closed())
    }

    /// Adds devices. Returns at once.
    pub fn add(&self, devices: Vec<String>) -> Result<(), TellusError> {
        Ok(self.0.add(devices)?)
    }

    /// Lets devices go; the stream ends with the last one. Returns at once.
    pub fn remove(&self, devices: Vec<String>) -> Result<(), TellusError> {
        self.0.remove(devices);
        Ok(())
    }

    /// Closes all connections until it is resumed.
    pub fn pause(&self) -> Result<(), TellusError> {
        self.0.pause();
        Ok(())
    }

    /// Opens all connections again.
    pub fn resume(&self) -> Result<(), TellusError> {
        self.0.resume();
        Ok(())
    }

    /// Tells that the network is another one: opens all connections anew.
    pub fn network_changed(&self) -> Result<(), TellusError> {
        self.0.network_changed();
        Ok(())
    }

    /// The devices, each once, in alphabetical order.
    pub fn devices(&self) -> Result<Vec<String>, TellusError> {
        Ok(self.0.devices())
    }

    /// The newest reading of every connector.
    pub fn snapshot(&self) -> Result<Vec<TelemetryFrame>, TellusError> {
        Ok(self.0.snapshot().iter().collect())
    }

    /// When which device was not observed, and why.
    pub fn gaps(&self) -> Result<Vec<Gap>, TellusError> {
        Ok(self.0.gaps())
    }

    /// How many frames of which device were dropped because the consumer was too slow.
    pub fn drops(&self) -> Result<HashMap<String, u64>, TellusError> {
        Ok(self.0.drops())
    }

    /// How many connections there are, open or on the way to it.
    pub fn connections(&self) -> Result<u32, TellusError> {
        Ok(u32::try_from(self.0.connections()).unwrap_or(u32::MAX))
    }

    /// What the stream has counted so far.
    pub fn stats(&self) -> Result<StreamStats, TellusError> {
        Ok(self.0.stats().into())
    }
}

/// Is told what a stream delivers, always from one and the same thread.
#[uniffi::export(foreign)]
pub trait TelemetryListener: Send + Sync {
    /// Frames have arrived.
    fn on_batch(&self, frames: Vec<TelemetryFrame>) -> Result<(), CallbackError>;
    /// The stream does something else now.
    fn on_status(&self, event: StatusEvent) -> Result<(), CallbackError>;
    /// A gap has opened or closed.
    fn on_gap(&self, gap: Gap) -> Result<(), CallbackError>;
}

/// A foreign listener as the core sees it.
pub(crate) struct Listener(pub(crate) Arc<dyn TelemetryListener>);

impl core::TelemetryListener for Listener {
    fn on_batch(&self, batch: &core::Batch) -> Result<(), String> {
        self.0
            .on_batch(batch.frames.iter().collect())
            .map_err(|error| error.to_string())
    }

    fn on_status(&self, event: &core::StatusEvent) -> Result<(), String> {
        self.0
            .on_status(event.clone().into())
            .map_err(|error| error.to_string())
    }

    fn on_gap(&self, gap: &Gap) -> Result<(), String> {
        self.0.on_gap(gap.clone()).map_err(|error| error.to_string())
    }
}

/// A running delivery to a listener.
#[derive(Debug, uniffi::Object)]
pub struct ListenerSubscription(pub(crate) core::ListenerHandle);

#[uniffi::export]
impl ListenerSubscription {
    /// Ends the delivery. Returns at once; may be called more than once, also from inside the listener.
    pub fn cancel(&self) -> Result<(), TellusError> {
        self.0.close();
        Ok(())
    }

    /// Whether it was ended, or the listener was detached because it failed too often.
    pub fn is_cancelled(&self) -> Result<bool, TellusError> {
        Ok(self.0.is_closed())
    }

    /// Adds devices. Returns at once.
    pub fn add(&self, devices: Vec<String>) -> Result<(), TellusError> {
        Ok(self.0.add(devices)?)
    }

    /// Lets devices go; the stream ends with the last one. Returns at once.
    pub fn remove(&self, devices: Vec<String>) -> Result<(), TellusError> {
        self.0.remove(devices);
        Ok(())
    }

    /// Closes all connections until it is resumed.
    pub fn pause(&self) -> Result<(), TellusError> {
        self.0.pause();
        Ok(())
    }

    /// Opens all connections again.
    pub fn resume(&self) -> Result<(), TellusError> {
        self.0.resume();
        Ok(())
    }

    /// Tells that the network is another one: opens all connections anew.
    pub fn network_changed(&self) -> Result<(), TellusError> {
        self.0.network_changed();
        Ok(())
    }

    /// The devices, each once, in alphabetical order.
    pub fn devices(&self) -> Result<Vec<String>, TellusError> {
        Ok(self.0.devices())
    }

    /// The newest reading of every connector.
    pub fn snapshot(&self) -> Result<Vec<TelemetryFrame>, TellusError> {
        Ok(self.0.snapshot().iter().collect())
    }

    /// When which device was not observed, and why.
    pub fn gaps(&self) -> Result<Vec<Gap>, TellusError> {
        Ok(self.0.gaps())
    }

    /// How many frames of which device were dropped because the consumer was too slow.
    pub fn drops(&self) -> Result<HashMap<String, u64>, TellusError> {
        Ok(self.0.drops())
    }

    /// What the stream has counted so far.
    pub fn stats(&self) -> Result<StreamStats, TellusError> {
        Ok(self.0.stats().into())
    }
}
