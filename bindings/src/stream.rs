//! Telemetry: pulled in batches, or delivered to a listener.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tellus_core as core;

use crate::{
    control::StreamControl,
    error::{CallbackError, TellusError},
    gaps::Gap,
    rows,
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

/// What arrived since the last batch: changes of state, gaps that opened, frames, gaps that these frames ended.
#[derive(Debug, Clone, uniffi::Record)]
pub struct TelemetryBatch {
    /// Changes of state.
    pub events: Vec<StatusEvent>,
    /// Gaps that opened, and gaps that closed: each is told twice.
    pub gaps: Vec<Gap>,
    /// Frames, in the order of arrival, as a block of rows.
    pub rows: Vec<u8>,
}

/// A stream to pull from. It ends with this object.
#[derive(Debug, uniffi::Object)]
pub struct TelemetrySubscription(pub(crate) core::Subscription);

#[uniffi::export]
impl TelemetrySubscription {
    /// The next batch: empty when `max_wait` is over, none after the end. The caller knows the ids of the devices with codes
    /// below `known_devices`.
    pub async fn next_batch(
        &self,
        max_rows: u32,
        max_wait: Option<Duration>,
        known_devices: u32,
    ) -> Result<Option<TelemetryBatch>, TellusError> {
        let batch = self.0.next_batch(max_rows as usize, max_wait).await?;
        Ok(batch.map(|batch| TelemetryBatch {
            rows: rows::encode(&batch.frames, known_devices),
            events: batch.events.into_iter().map(Into::into).collect(),
            gaps: batch.gaps,
        }))
    }

    /// Its control.
    pub fn control(&self) -> Result<Arc<StreamControl>, TellusError> {
        Ok(Arc::new(StreamControl(self.0.control())))
    }
}

/// Is told what a stream delivers, always from one and the same thread.
#[uniffi::export(foreign)]
pub trait TelemetryListener: Send + Sync {
    /// Frames have arrived: a block of rows, with the ids of devices that were in no block before.
    fn on_batch(&self, rows: Vec<u8>) -> Result<(), CallbackError>;
    /// The stream does something else now.
    fn on_status(&self, event: StatusEvent) -> Result<(), CallbackError>;
    /// A gap has opened or closed.
    fn on_gap(&self, gap: Gap) -> Result<(), CallbackError>;
}

/// A foreign listener as the core sees it.
pub(crate) struct Listener {
    foreign: Arc<dyn TelemetryListener>,
    /// How many devices it has been told.
    told: AtomicU32,
}

impl Listener {
    pub(crate) fn new(foreign: Arc<dyn TelemetryListener>) -> Self {
        Self {
            foreign,
            told: AtomicU32::new(0),
        }
    }
}

impl core::TelemetryListener for Listener {
    fn on_batch(&self, batch: &core::Batch) -> Result<(), String> {
        let devices = u32::try_from(batch.frames.names().devices.len()).unwrap_or(u32::MAX);
        // A listener reads the whole block before it can fail, so what was told is known.
        let told = self.told.swap(devices, Ordering::Relaxed);
        let rows = rows::encode(&batch.frames, told);
        self.foreign.on_batch(rows).map_err(|error| error.to_string())
    }

    fn on_status(&self, event: &core::StatusEvent) -> Result<(), String> {
        let event = event.clone().into();
        self.foreign.on_status(event).map_err(|error| error.to_string())
    }

    fn on_gap(&self, gap: &Gap) -> Result<(), String> {
        self.foreign.on_gap(gap.clone()).map_err(|error| error.to_string())
    }
}

/// A running delivery to a listener. It ends with this object.
#[derive(Debug, uniffi::Object)]
pub struct TelemetryDelivery(pub(crate) core::ListenerHandle);

#[uniffi::export]
impl TelemetryDelivery {
    /// Its control.
    pub fn control(&self) -> Result<Arc<StreamControl>, TellusError> {
        Ok(Arc::new(StreamControl(self.0.control())))
    }
}
