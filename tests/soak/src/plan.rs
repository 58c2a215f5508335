//! How a run goes about it.

use std::time::Duration;

use tellus_core::{
    Backoff, Config,
    config::{OverflowPolicy, ProxySetting, Staleness},
};
use tellus_sandbox::{Options, Sandbox};

/// A run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How long faults go on. What comes before and after takes some seconds more.
    pub duration: Duration,
    /// Of the faults. The same seed gives the same faults in the same order, though not at the same frames.
    pub seed: u64,
    /// How many sites the platform has.
    pub sites: usize,
    /// How many chargers each site has.
    pub chargers_per_site: usize,
    /// The time between two frames of a charger.
    pub cadence: Duration,
    /// How many devices a connection carries.
    pub devices_per_connection: usize,
    /// The time between two faults, on average.
    pub fault_interval: Duration,
    /// How often a line tells how it goes; never if `None`.
    pub progress: Option<Duration>,
}

impl Plan {
    /// Three hundred chargers, thirty thousand frames a second, on twelve connections.
    pub fn full(duration: Duration, seed: u64) -> Self {
        Self {
            duration,
            seed,
            sites: 12,
            chargers_per_site: 25,
            cadence: Duration::from_millis(10),
            devices_per_connection: 25,
            fault_interval: Duration::from_millis(500),
            progress: Some(Duration::from_secs(5)),
        }
    }

    /// Fifty thousand chargers that send a frame every ten seconds each, on 252 connections, and a fault now and then.
    pub fn fleet(duration: Duration, seed: u64) -> Self {
        Self {
            sites: 500,
            chargers_per_site: 100,
            cadence: Duration::from_secs(10),
            devices_per_connection: 200,
            fault_interval: Duration::from_secs(10),
            ..Self::full(duration, seed)
        }
    }

    /// A small one for a test: sixty chargers on six connections, faults in quick succession.
    pub fn smoke(duration: Duration, seed: u64) -> Self {
        Self {
            cadence: Duration::from_millis(20),
            sites: 6,
            chargers_per_site: 10,
            devices_per_connection: 10,
            fault_interval: Duration::from_millis(250),
            progress: None,
            ..Self::full(duration, seed)
        }
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            sites: self.sites,
            devices_per_site: self.chargers_per_site,
            cadence: self.cadence,
            history_days: 0,
            query_per_minute: 0,
            token_per_minute: 0,
            // What grows only up to a bound reaches it soon, and is not taken for a leak. Every connection may close and open
            // between two looks.
            journal_capacity: 500 + 8 * self.sites * self.chargers_per_site / self.devices_per_connection,
            record_frames: true,
            ..Options::default()
        }
    }

    pub(crate) fn config(&self, sandbox: &Sandbox, overflow: OverflowPolicy) -> Config {
        let mut config = Config::new(sandbox.base_url());
        config.proxy = ProxySetting::None;
        // Many tokens are revoked.
        config.quota.token_per_minute = 1_000_000;
        config.retry.backoff = Backoff {
            base: Duration::from_millis(10),
            cap: Duration::from_millis(100),
        };
        config.dial.upgrade = Duration::from_secs(1);
        let stream = &mut config.stream;
        stream.backoff = Backoff {
            base: Duration::from_millis(20),
            cap: Duration::from_millis(200),
        };
        stream.first_attempts = 1000;
        stream.ping_interval = Duration::from_millis(300);
        stream.silence = Duration::from_millis(1500);
        stream.max_devices_per_connection = self.devices_per_connection;
        stream.connect_stagger = Duration::from_millis(20);
        stream.min_wake_interval = Duration::from_millis(100);
        stream.overflow = overflow;
        stream.mailbox_rows = 2000;
        stream.staleness = Some(Staleness {
            factor: 5,
            minimum: Duration::from_secs(1),
        });
        // See `journal_capacity`.
        stream.gaps_kept = 4096;
        config
    }
}
