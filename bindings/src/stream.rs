//! Telemetry: pulled in batches, or delivered to a listener.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tellus_core::{self as core, model::TelemetryFrame};

use crate::error::{CallbackError, TellusError};

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

/// A stream's counters, since it was opened.
#[derive(Debug, Clone, uniffi::Record)]
pub struct StreamStats {
    /// Frames received and understood, without duplicates.
    pub frames: u64,
    /// Bytes of text received.
    pub bytes: u64,
    /// Connections opened.
    pub connections: u64,
    /// Frames dropped because the consumer was too slow.
    pub dropped: u64,
    /// Frames dropped because the very same frame had just been received.
    pub duplicates: u64,
    /// Messages that are no telemetry frame.
    pub malformed: u64,
    /// Devices that are not observed at present.
    pub open_gaps: u64,
    /// Calls of the listener that failed.
    pub listener_failures: u64,
}

impl From<core::StreamStats> for StreamStats {
    fn from(stats: core::StreamStats) -> Self {
        Self {
            frames: stats.frames,
            bytes: stats.bytes,
            connections: stats.connections,
            dropped: stats.dropped,
            duplicates: stats.duplicates,
            malformed: stats.malformed,
            open_gaps: stats.open_gaps,
            listener_failures: stats.listener_failures,
        }
    }
}

/// What arrived since the last batch: first the changes of state, then the frames after them.
#[derive(Debug, Clone, uniffi::Record)]
pub struct TelemetryBatch {
    /// Changes of state.
    pub events: Vec<StatusEvent>,
    /// Frames, in the order of arrival.
    pub frames: Vec<TelemetryFrame>,
}

impl From<core::Batch> for TelemetryBatch {
    fn from(batch: core::Batch) -> Self {
        Self {
            events: batch.events.into_iter().map(Into::into).collect(),
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

    /// What the stream has counted so far.
    pub fn stats(&self) -> Result<StreamStats, TellusError> {
        Ok(self.0.stats().into())
    }
}
