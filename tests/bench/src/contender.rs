//! What every contender written in Rust is told and tells: `MODE BASE SCENARIO [CA_FILE]`, and a line of JSON.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{checksum::Checksum, measure, scenario::Scenario};

/// Whatever went wrong; a benchmark only shows it.
pub type Failure = Box<dyn std::error::Error>;

/// What to do.
#[derive(Debug, Clone)]
pub struct Job {
    /// What to measure: each contender knows its own.
    pub mode: String,
    /// Where the server is, without a path.
    pub base: String,
    /// What it is to send.
    pub scenario: Scenario,
    /// Certificate (PEM) of the authority to trust.
    pub authority: Option<String>,
}

impl Job {
    /// Reads the command line.
    pub fn from_args() -> Result<Self, Failure> {
        let mut args = std::env::args().skip(1);
        let mut next = || args.next().ok_or("usage: MODE BASE SCENARIO [CA_FILE]");
        let (mode, base, scenario) = (next()?, next()?, next()?);
        Ok(Self {
            mode,
            base,
            scenario: Scenario::parse(&scenario).ok_or("no such scenario")?,
            authority: args.next().map(std::fs::read_to_string).transpose()?,
        })
    }

    /// The base URL that makes the server send this scenario.
    pub fn base_url(&self, scenario: &Scenario) -> String {
        format!("{}/{scenario}/v1", self.base)
    }
}

/// What reading came to.
pub fn throughput(frames: usize, since: Duration, checksum: &Checksum) -> Value {
    let cpu = (measure::cpu() - since).as_secs_f64();
    json!({ "frames": frames, "cpu": cpu, "checksum": checksum })
}

/// What waiting came to: of the delays in µs, without the first tenth, in which everything warms up.
pub fn delays(mut delays: Vec<i64>, since: Duration) -> Value {
    let cpu = (measure::cpu() - since).as_secs_f64();
    delays.drain(..delays.len() / 10);
    json!({
        "frames": delays.len(),
        "cpu": cpu,
        "p50": measure::quantile(&mut delays, 0.5),
        "p99": measure::quantile(&mut delays, 0.99),
    })
}
