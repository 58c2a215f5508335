//! When a device was not observed, and why.

use jiff::Timestamp;

/// Why a device was not observed for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GapCause {
    /// The stream had just been opened, or the device just added: nothing had come yet.
    Connecting,
    /// The connection was lost.
    Reconnect,
    /// The connection stood, yet the device, which had reported regularly, reported nothing.
    Stale,
    /// The consumer was too slow, and frames were dropped by the overflow policy.
    Dropped,
    /// The stream was paused.
    Paused,
    /// The connection ended for good: trying again could not help.
    Failed,
}

impl GapCause {
    /// A short name, the same in every language: `connecting`, `reconnect`, `stale`, `dropped`, `paused` or `failed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Reconnect => "reconnect",
            Self::Stale => "stale",
            Self::Dropped => "dropped",
            Self::Paused => "paused",
            Self::Failed => "failed",
        }
    }
}

/// A frame's place in time, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    /// The charger's own time of the reading.
    pub timestamp: Timestamp,
    /// When the SDK received it, by this machine's clock.
    pub received_at: Timestamp,
}

/// An interval in which a device was not observed: from the last frame that was delivered to the next one. The platform
/// has no replay, so what happened in between is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Which charger.
    pub device_id: String,
    /// Why.
    pub cause: GapCause,
    /// When it was noticed, by this machine's clock.
    pub opened_at: Timestamp,
    /// The last frame delivered before it; `None` if there was none.
    pub last: Option<Observed>,
    /// The first frame delivered after it; `None` while it is open, and if the device was removed meanwhile.
    pub next: Option<Observed>,
    /// When it ended, by this machine's clock; `None` while it is open.
    pub closed_at: Option<Timestamp>,
    /// How many frames arrived and were dropped.
    pub dropped: u64,
    /// Whether a reading taken by a call, and not by the stream, ended it.
    pub resynced: bool,
}

impl Gap {
    /// Whether it lasts.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}
