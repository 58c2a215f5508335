//! When a device was not observed.

use jiff::Timestamp;
use tellus_core as core;

type GapCause = core::GapCause;
type Observed = core::Observed;
pub(crate) type Gap = core::Gap;

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
