//! What a stream has counted so far.

use std::sync::atomic::{AtomicU64, Ordering};

/// A stream's counters, since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamStats {
    /// Frames received and understood.
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
    /// Calls of the listener that failed.
    pub listener_failures: u64,
}

/// The same counters while they count.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) frames: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) connections: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) duplicates: AtomicU64,
    pub(super) malformed: AtomicU64,
    pub(super) listener_failures: AtomicU64,
}

impl Counters {
    pub(super) fn snapshot(&self) -> StreamStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StreamStats {
            frames: read(&self.frames),
            bytes: read(&self.bytes),
            connections: read(&self.connections),
            dropped: read(&self.dropped),
            duplicates: read(&self.duplicates),
            malformed: read(&self.malformed),
            listener_failures: read(&self.listener_failures),
        }
    }
}

/// Adds to a counter.
pub(super) fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}
