//! The flags of the program.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use tellus_sandbox::{Options, Quirks};

/// A local Tellus platform to build and test against.
#[derive(Debug, Parser)]
#[command(name = "tellus-sandbox", version, after_help = readings())]
pub(crate) struct Args {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Allow an address other than loopback, so that phones and containers can reach the sandbox.
    #[arg(long)]
    allow_remote: bool,
    /// Seed of the fleet: the same seed gives the same numbers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Virtual seconds per real second.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Milliseconds between two frames of a device.
    #[arg(long, default_value_t = 1000, value_name = "MS")]
    cadence_ms: u64,
    /// Serve HTTPS with a certificate of its own making.
    #[arg(long)]
    tls: bool,
    /// Folder for the certificate files; a set that is already there is used again.
    #[arg(long, value_name = "DIR", requires = "tls")]
    tls_dir: Option<PathBuf>,
    /// Host name or address the certificate covers too; can be repeated.
    #[arg(long = "tls-name", value_name = "NAME", requires = "tls")]
    tls_names: Vec<String>,
    /// Number of sites.
    #[arg(long, default_value_t = 3)]
    sites: usize,
    /// Number of chargers at each site.
    #[arg(long, default_value_t = 4)]
    devices_per_site: usize,
    /// Let no vehicle come by itself: connectors do only what commands and schedules say.
    #[arg(long)]
    no_arrivals: bool,
    /// Days of charging history before the start, at most 366.
    #[arg(long, default_value_t = 28, value_name = "DAYS")]
    history_days: u32,
    /// Query calls per minute; 0 for no limit.
    #[arg(long, default_value_t = 60, value_name = "N")]
    query_per_minute: u32,
    /// Control calls per minute; 0 for no limit.
    #[arg(long, default_value_t = 30, value_name = "N")]
    control_per_minute: u32,
    /// Token calls per minute; 0 for no limit.
    #[arg(long, default_value_t = 10, value_name = "N")]
    token_per_minute: u32,
    /// Telemetry uploads, and heartbeats, per second and charger; 0 for no limit.
    #[arg(long, default_value_t = 10, value_name = "N")]
    device_per_second: u32,
    /// Other calls per minute and charger; 0 for no limit.
    #[arg(long, default_value_t = 60, value_name = "N")]
    device_per_minute: u32,
    /// Validity of a token in seconds.
    #[arg(long, default_value_t = 86_400, value_name = "SECONDS")]
    token_lifetime: u64,
    /// Play another reading of something the contract leaves open; can be repeated. All of them are listed below.
    #[arg(long = "quirk", value_name = "NAME=READING", value_parser = quirk)]
    quirks: Vec<(String, String)>,
    /// Let several streams carry the same device set.
    #[arg(long)]
    allow_duplicate_streams: bool,
    /// Close a stream with this WebSocket code when its token expires or is revoked; otherwise it goes on.
    #[arg(long, value_name = "CODE")]
    close_on_token_end: Option<u16>,
    /// Remember which frames were sent on each stream, for GET /_sandbox/frames.
    #[arg(long)]
    record_frames: bool,
    /// The client id to accept.
    #[arg(long)]
    client_id: Option<String>,
    /// The client secret to accept (only ever a made-up one).
    #[arg(long)]
    client_secret: Option<String>,
    /// Print one line of JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    /// End when standard input ends, so that a harness that dies leaves nothing behind.
    #[arg(long)]
    pub(crate) exit_with_stdin: bool,
}

/// Reads `NAME=READING`.
fn quirk(text: &str) -> Result<(String, String), String> {
    let (name, word) = text.split_once('=').unwrap_or((text, ""));
    Quirks::default().set(name, word)?;
    Ok((name.to_owned(), word.to_owned()))
}

/// Every quirk with its readings, the usual one first.
fn readings() -> String {
    let mut text = String::from("Quirks, each with its readings, the usual one first:\n");
    for switch in Quirks::SWITCHES {
        text += &format!("\n  {}: {}\n", switch.name, switch.about);
        for (word, meaning) in switch.readings {
            text += &format!("      {word:<22}{meaning}\n");
        }
    }
    text + "\nWhile the sandbox runs they are listed and turned at /_sandbox/quirks."
}

impl Args {
    /// The quirks of the command line. Of several readings of one the last counts.
    fn quirks(&self) -> Quirks {
        let mut quirks = Quirks::default();
        for (name, word) in &self.quirks {
            // Each has been tried before.
            let _ = quirks.set(name, word);
        }
        quirks
    }

    /// The flags as options of the library.
    pub(crate) fn options(&self) -> Options {
        Options {
            bind: SocketAddr::new(self.host, self.port),
            allow_remote: self.allow_remote,
            seed: self.seed,
            speed: self.speed,
            cadence: Duration::from_millis(self.cadence_ms),
            tls: self.tls,
            tls_dir: self.tls_dir.clone(),
            tls_names: self.tls_names.clone(),
            sites: self.sites,
            devices_per_site: self.devices_per_site,
            no_arrivals: self.no_arrivals,
            history_days: self.history_days,
            query_per_minute: self.query_per_minute,
            control_per_minute: self.control_per_minute,
            token_per_minute: self.token_per_minute,
            device_per_second: self.device_per_second,
            device_per_minute: self.device_per_minute,
            token_lifetime: Duration::from_secs(self.token_lifetime),
            quirks: self.quirks(),
            allow_duplicate_streams: self.allow_duplicate_streams,
            close_on_token_end: self.close_on_token_end,
            record_frames: self.record_frames,
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            ..Options::default()
        }
    }
}
