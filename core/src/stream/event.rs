//! What a stream delivers: frames, and what happens to the stream itself.

use std::time::Duration;

use jiff::Timestamp;

use super::{frames::Frames, gap::Gap};
use crate::error::Error;

/// What a stream is doing.
#[derive(Debug, Clone)]
pub enum StreamStatus {
    /// It opens a connection.
    Connecting,
    /// The connection stands; frames may arrive.
    Live,
    /// The connection was lost or refused; the next try comes after this time.
    Waiting {
        /// How long until the next try.
        retry_in: Duration,
        /// Why there is no connection.
        error: Error,
    },
    /// It was told to rest, and holds no connection until it is resumed.
    Paused,
    /// It was closed by its owner, or has no device left.
    Closed,
    /// It ended for good: trying again cannot help.
    Failed(Error),
}

impl StreamStatus {
    /// A short name, the same in every language: `connecting`, `live`, `waiting`, `paused`, `closed` or `failed`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Waiting { .. } => "waiting",
            Self::Paused => "paused",
            Self::Closed => "closed",
            Self::Failed(_) => "failed",
        }
    }

    /// The error behind it, if there is one.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Waiting { error, .. } | Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// A change of what one of a stream's connections is doing.
#[derive(Debug, Clone)]
pub struct StatusEvent {
    /// When it changed, by this machine's clock.
    pub at: Timestamp,
    /// Which connection, counted from 0. A stream of few devices has one only.
    pub connection: u32,
    /// What it does from then on.
    pub status: StreamStatus,
}

/// What came since the last batch, in this order: changes of state, gaps that opened, frames, gaps that these frames ended.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Changes of state. None is ever dropped.
    pub events: Vec<StatusEvent>,
    /// Gaps that opened, and gaps that closed: each is told twice. None is ever dropped.
    pub gaps: Vec<Gap>,
    /// Frames, in the order of arrival.
    pub frames: Frames,
}

impl Batch {
    /// Whether nothing came.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.gaps.is_empty() && self.frames.is_empty()
    }
}
