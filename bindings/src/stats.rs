//! What clients and streams have counted.

use std::time::Duration;

use tellus_core as core;

type QuotaClass = core::QuotaClass;
type ClientStats = core::ClientStats;

/// A class of calls with a limit of its own.
#[uniffi::remote(Enum)]
pub enum QuotaClass {
    Query,
    Control,
    Token,
}

/// A client's counters for its calls, since it was made.
#[uniffi::remote(Record)]
pub struct ClientStats {
    pub requests: u64,
    pub retries: u64,
    pub rate_limited: u64,
    pub failures: u64,
    pub token_refreshes: u64,
}

/// How long frames take from the charger's clock to their delivery, to the next power of two of microseconds. Holds the
/// difference between the charger's clock and this machine's, too. No delay is told before there are frames.
#[derive(Debug, Clone, uniffi::Record)]
pub struct LatencyStats {
    /// Frames counted.
    pub count: u64,
    /// Frames from the future: the charger's clock is ahead of this machine's.
    pub ahead: u64,
    /// Half of the frames took less.
    pub p50: Option<Duration>,
    /// Nine in ten frames took less.
    pub p90: Option<Duration>,
    /// Ninety-nine in a hundred frames took less.
    pub p99: Option<Duration>,
    /// All frames took less.
    pub max: Option<Duration>,
}

impl From<core::Latency> for LatencyStats {
    fn from(latency: core::Latency) -> Self {
        Self {
            count: latency.count(),
            ahead: latency.ahead(),
            p50: latency.quantile(0.5),
            p90: latency.quantile(0.9),
            p99: latency.quantile(0.99),
            max: latency.quantile(1.0),
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
    /// Those of them that took the place of another.
    pub reconnects: u64,
    /// Frames dropped because the consumer was too slow.
    pub dropped: u64,
    /// Frames dropped because the very same frame had just been received.
    pub duplicates: u64,
    /// Messages that are no telemetry frame.
    pub malformed: u64,
    /// Frames that are legal, yet not of the documented shape.
    pub unusual: u64,
    /// Connector readings that wait for the consumer.
    pub waiting_rows: u64,
    /// Devices that are not observed at present.
    pub open_gaps: u64,
    /// Ended gaps that were forgotten because there were too many of them.
    pub forgotten_gaps: u64,
    /// From the charger's time of a frame to its delivery.
    pub latency: LatencyStats,
    /// Calls of the listener that failed.
    pub listener_failures: u64,
}

impl From<core::StreamStats> for StreamStats {
    fn from(stats: core::StreamStats) -> Self {
        Self {
            frames: stats.frames,
            bytes: stats.bytes,
            connections: stats.connections,
            reconnects: stats.reconnects,
            dropped: stats.dropped,
            duplicates: stats.duplicates,
            malformed: stats.malformed,
            unusual: stats.unusual,
            waiting_rows: stats.waiting_rows,
            open_gaps: stats.open_gaps,
            forgotten_gaps: stats.forgotten_gaps,
            latency: stats.latency.into(),
            listener_failures: stats.listener_failures,
        }
    }
}
