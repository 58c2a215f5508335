//! What a sandbox can be told at its start.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::quirks::{Quirks, SecondStream};

/// Settings of a [`Sandbox`](crate::Sandbox). The defaults give a plain-HTTP platform on a free loopback port
/// with the documented quotas and a fleet of three sites.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address to listen on; port 0 takes a free one. Default `127.0.0.1:0`.
    pub bind: SocketAddr,
    /// Allows an address other than loopback. Default off: the sandbox hands out control without any secret.
    pub allow_remote: bool,
    /// Seed of the fleet, its history and the credentials. The same seed gives the same numbers. Default 1.
    pub seed: u64,
    /// Virtual seconds per real second for the fleet. Timestamps in frames follow the virtual time; tokens and
    /// quotas do not. Default 1.
    pub speed: f64,
    /// Real time between two frames of a device. Default 1 s.
    pub cadence: Duration,
    /// The moment at which the sandbox's time begins. Default: now, rounded down to a whole second.
    pub start_at: Option<Timestamp>,
    /// Serves HTTPS and `wss` with a certificate of its own making. Default off.
    pub tls: bool,
    /// Folder for `ca.pem`, `server.pem` and `server.key`. A set that is already there is used again, so that
    /// devices which trust it keep doing so. Default: a temporary folder that goes away with the sandbox.
    pub tls_dir: Option<PathBuf>,
    /// Host names or addresses the certificate covers beside `localhost`, `127.0.0.1` and `::1`.
    pub tls_names: Vec<String>,
    /// Number of sites. Default 3.
    pub sites: usize,
    /// Number of chargers at each site. Default 4.
    pub devices_per_site: usize,
    /// Lets no vehicle come by itself while the sandbox runs: connectors do only what commands and schedules say.
    /// Default off.
    pub no_arrivals: bool,
    /// Days of charging history before the start. Default 28.
    pub history_days: u32,
    /// Query calls per minute and client; 0 lifts the limit. Default 60.
    pub query_per_minute: u32,
    /// Control calls per minute and client; 0 lifts the limit. Default 30.
    pub control_per_minute: u32,
    /// Token calls per minute and client; 0 lifts the limit. Default 10.
    pub token_per_minute: u32,
    /// Telemetry uploads, and heartbeats, per second and charger; 0 lifts the limit. Default 10.
    pub device_per_second: u32,
    /// Other calls per minute and charger; 0 lifts the limit. Default 60.
    pub device_per_minute: u32,
    /// How long a token is valid. Default 86 400 s.
    pub token_lifetime: Duration,
    /// How the sandbox reads what the contract leaves open. Default: the usual reading of everything.
    pub quirks: Quirks,
    /// Short for the quirk `second_stream`: `allowed`.
    pub allow_duplicate_streams: bool,
    /// Closes a stream with this WebSocket code when its token expires or is revoked, whatever the quirk `token_end` says.
    /// Default: none.
    pub close_on_token_end: Option<u16>,
    /// `client_id` to accept. Default: a fixed one.
    pub client_id: Option<String>,
    /// `client_secret` to accept. Default: one derived from the seed.
    pub client_secret: Option<String>,
    /// Remembers which frames were sent on each stream, for [`Sandbox::frames_sent`](crate::Sandbox::frames_sent).
    /// Default off: at full rate that is a lot.
    pub record_frames: bool,
    /// How many journal entries are kept before the oldest go. Default 100 000.
    pub journal_capacity: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow_remote: false,
            seed: 1,
            speed: 1.0,
            cadence: Duration::from_secs(1),
            start_at: None,
            tls: false,
            tls_dir: None,
            tls_names: Vec::new(),
            sites: 3,
            devices_per_site: 4,
            no_arrivals: false,
            history_days: 28,
            query_per_minute: 60,
            control_per_minute: 30,
            token_per_minute: 10,
            device_per_second: 10,
            device_per_minute: 60,
            token_lifetime: Duration::from_secs(86_400),
            quirks: Quirks::default(),
            allow_duplicate_streams: false,
            close_on_token_end: None,
            client_id: None,
            client_secret: None,
            record_frames: false,
            journal_capacity: 100_000,
        }
    }
}

impl Options {
    /// The switches as they stand at the start.
    pub(crate) fn opening_quirks(&self) -> Quirks {
        let mut quirks = self.quirks;
        if self.allow_duplicate_streams {
            quirks.second_stream = SecondStream::Allowed;
        }
        quirks
    }

    /// The first setting that cannot work, in words.
    pub(crate) fn problem(&self) -> Option<String> {
        if !self.allow_remote && !self.bind.ip().is_loopback() {
            return Some(format!(
                "{} is not a loopback address: set allow_remote to expose the sandbox",
                self.bind
            ));
        }
        if !(self.speed.is_finite() && self.speed > 0.0 && self.speed <= 100_000.0) {
            return Some(format!("speed must be above 0 and at most 100000, not {}", self.speed));
        }
        if self.cadence < Duration::from_millis(1) || self.cadence > Duration::from_secs(3600) {
            return Some(format!("cadence must lie between 1 ms and 1 h, not {:?}", self.cadence));
        }
        if self.sites == 0 || self.sites > 1000 || self.devices_per_site == 0 || self.devices_per_site > 1000 {
            return Some("sites and devices per site must lie between 1 and 1000".to_owned());
        }
        if self
            .close_on_token_end
            .is_some_and(|code| !(1000..=4999).contains(&code))
        {
            return Some("a close code must lie between 1000 and 4999".to_owned());
        }
        if self.history_days > 366 {
            return Some("at most 366 days of history".to_owned());
        }
        None
    }
}
