//! Settings of telemetry streams.

use std::time::Duration;

use super::{at_least_one, positive};
use crate::{
    error::{Error, Result},
    policy::{backoff::Backoff, partition::Partition},
};

/// What happens when the consumer of a stream is slower than the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverflowPolicy {
    /// Stop reading the socket until there is room: nothing is lost on our side, yet the platform may cut us off.
    Block,
    /// Drop the oldest frames; they are counted and become gaps.
    DropOldest,
    /// Keep the newest reading of every connector only: for screens. What it replaces is counted and becomes gaps, which
    /// are not told one by one.
    Latest,
}

/// When a device that reported regularly counts as fallen silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staleness {
    /// After this many times the usual time between its frames, as learned. Default: 5.
    pub factor: u32,
    /// Not before this time. Default: 10 s.
    pub minimum: Duration,
}

impl Default for Staleness {
    fn default() -> Self {
        Self {
            factor: 5,
            minimum: Duration::from_secs(10),
        }
    }
}

/// Settings of telemetry streams.
#[derive(Debug, Clone, Copy)]
pub struct StreamConfig {
    /// A ping goes out this often. Default: 15 s; the platform documents no heartbeat.
    pub ping_interval: Duration,
    /// A connection on which nothing at all arrived for this long is dead. Default: 40 s, two and a half pings.
    pub silence: Duration,
    /// The waits between attempts to connect again.
    pub backoff: Backoff,
    /// The count of attempts starts anew after frames have flowed for this long. Default: 30 s.
    pub stable_after: Duration,
    /// How often a connection is tried before it fails, as long as none of the stream's has ever stood. Default: 5, as for
    /// calls. Once one has stood, all come back however long that takes.
    pub first_attempts: u32,
    /// How many devices one connection carries at most; more devices are spread over more connections. Default: 200. A
    /// lost connection then leaves few devices unobserved, ten connections carry a large fleet, and the URL with their
    /// ids stays below `max_url_bytes`.
    pub max_devices_per_connection: usize,
    /// How long a connection's URL, which names its devices, may be (bytes). Default: 4096, half of what nginx takes in
    /// one line of a request's head by default.
    pub max_url_bytes: usize,
    /// Connection number k is first opened after k times this, and a random part of it. Default: 100 ms.
    pub connect_stagger: Duration,
    /// The part of the devices that this process carries, where several share a fleet: the others are left to the others.
    /// Default: none, all of them.
    pub partition: Option<Partition>,
    /// A change of the network or of the devices makes a connection dial anew, at most this often. Default: 1 s, since
    /// systems report one change of the network in several steps.
    pub min_wake_interval: Duration,
    /// When the wall clock runs ahead of the monotonic one by more than this, the machine slept, and all connections are
    /// opened anew. Default: 10 s; clocks that are set right move by less.
    pub sleep_threshold: Duration,
    /// The longest that sending a ping or a close may take. Default: 10 s.
    pub write_timeout: Duration,
    /// The largest message, in bytes. Default: 1 MiB.
    pub max_message: usize,
    /// How many connector readings wait for the consumer at most. Default: 65,536.
    pub mailbox_rows: usize,
    /// What happens beyond that. Default: the oldest are dropped, and counted.
    pub overflow: OverflowPolicy,
    /// When an active device that reports nothing has a gap. An idle one may be silent. `None`: never.
    pub staleness: Option<Staleness>,
    /// How many ended gaps are kept for [`StreamControl::gaps`](crate::StreamControl::gaps). Default: 65,536.
    pub gaps_kept: usize,
    /// After a gap, ask for the device's state by a call, with this much time between two calls, and deliver the answer as
    /// a frame of its own. The calls count against the quota. Default: off.
    pub resync_interval: Option<Duration>,
}

impl Default for StreamConfig {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(15),
            silence: Duration::from_secs(40),
            backoff: Backoff::default(),
            stable_after: Duration::from_secs(30),
            first_attempts: 5,
            max_devices_per_connection: 200,
            max_url_bytes: 4096,
            connect_stagger: Duration::from_millis(100),
            partition: None,
            min_wake_interval: Duration::from_secs(1),
            sleep_threshold: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            max_message: 1 << 20,
            mailbox_rows: 1 << 16,
            overflow: OverflowPolicy::DropOldest,
            staleness: Some(Staleness::default()),
            gaps_kept: 1 << 16,
            resync_interval: None,
        }
    }
}

impl StreamConfig {
    /// Refuses what cannot work.
    pub(super) fn check(&self) -> Result<()> {
        positive(&[
            ("stream.ping_interval", self.ping_interval),
            ("stream.write_timeout", self.write_timeout),
            ("stream.sleep_threshold", self.sleep_threshold),
            ("stream.resync_interval", self.resync_interval.unwrap_or(Duration::MAX)),
        ])?;
        at_least_one(&[
            ("stream.first_attempts", u64::from(self.first_attempts)),
            ("stream.mailbox_rows", self.mailbox_rows as u64),
            ("stream.max_message", self.max_message as u64),
            (
                "stream.max_devices_per_connection",
                self.max_devices_per_connection as u64,
            ),
            ("stream.max_url_bytes", self.max_url_bytes as u64),
        ])?;
        if let Some(rule) = self.staleness
            && (rule.factor < 2 || rule.minimum.is_zero())
        {
            return Err(Error::invalid(
                "stream.staleness",
                "needs a factor of at least 2 and a minimum longer than 0 s, or every late frame makes a gap",
            ));
        }
        if self.silence <= self.ping_interval {
            return Err(Error::invalid(
                "stream.silence",
                "must be longer than stream.ping_interval, or every quiet connection counts as dead",
            ));
        }
        if let Some(part) = self.partition
            && part.index >= part.count
        {
            return Err(Error::invalid(
                "stream.partition",
                format_args!(
                    "there is no part {} of {}; parts are counted from 0",
                    part.index, part.count
                ),
            ));
        }
        Ok(())
    }
}
