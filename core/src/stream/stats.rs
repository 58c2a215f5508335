//! What a stream has counted so far.

use std::sync::atomic::{AtomicU64, Ordering};

use super::latency::Latency;

/// A stream's counters, since it was opened. As metrics they are called `tellus.stream.frames` and so on; they are told every
/// ten seconds in an event of `tracing` at level debug, with the target `tellus::metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamStats {
    /// Frames received and understood, without duplicates.
    pub frames: u64,
    /// Bytes of text received.
    pub bytes: u64,
    /// Connections opened.
    pub connections: u64,
    /// Those of them that took the place of one that was lost, or was closed to be opened anew.
    pub reconnects: u64,
    /// Frames dropped because the consumer was too slow.
    pub dropped: u64,
    /// Frames dropped because the very same frame had just been received.
    pub duplicates: u64,
    /// Messages that are no telemetry frame.
    pub malformed: u64,
    /// Frames that are legal, yet not of the documented shape: they cost more to read.
    pub unusual: u64,
    /// Connector readings that wait for the consumer.
    pub waiting_rows: u64,
    /// Devices that are not observed at present.
    pub open_gaps: u64,
    /// Ended gaps that were forgotten because there were too many of them.
    pub forgotten_gaps: u64,
    /// From the charger's time of a frame to its delivery; holds the difference between the two clocks, too.
    pub latency: Latency,
    /// Calls of the listener that failed.
    pub listener_failures: u64,
}

/// The same counters while they count.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) frames: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) connections: AtomicU64,
    pub(super) reconnects: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) duplicates: AtomicU64,
    pub(super) malformed: AtomicU64,
    pub(super) unusual: AtomicU64,
    pub(super) listener_failures: AtomicU64,
}

impl Counters {
    pub(super) fn snapshot(&self) -> StreamStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StreamStats {
            frames: read(&self.frames),
            bytes: read(&self.bytes),
            connections: read(&self.connections),
            reconnects: read(&self.reconnects),
            dropped: read(&self.dropped),
            duplicates: read(&self.duplicates),
            malformed: read(&self.malformed),
            unusual: read(&self.unusual),
            listener_failures: read(&self.listener_failures),
            ..StreamStats::default()
        }
    }
}

/// Adds to a counter.
pub(super) fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}
