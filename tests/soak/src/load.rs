//! More callers and more clients than the platform's limits are made for.

use std::{
    collections::VecDeque,
    fmt, fs, process,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tellus_core::{Client, Config, Credentials, ErrorKind, TokenFile, config::ProxySetting, runtime};
use tellus_sandbox::{FaultKind, JournalEvent, Options, RequestEntry, Sandbox};
use tokio::task::JoinSet;

use crate::{process as held, run::Failure};

/// The platform's limit on reads, as documented.
const READS_PER_MINUTE: u32 = 60;
/// How many times that much is asked for.
const TIMES: u32 = 10;

/// What came of it.
#[derive(Debug, Default)]
pub struct Load {
    figures: Vec<(&'static str, String)>,
    wrong: Vec<String>,
}

impl Load {
    /// Whether all that was promised was kept.
    pub fn is_good(&self) -> bool {
        self.wrong.is_empty()
    }

    fn figure(&mut self, name: &'static str, value: impl fmt::Display) {
        self.figures.push((name, value.to_string()));
    }

    fn must(&mut self, holds: bool, what: &str) {
        if !holds {
            self.wrong.push(what.to_owned());
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.figures {
            writeln!(f, "  {name:<34} {value}")?;
        }
        for wrong in &self.wrong {
            writeln!(f, "  WRONG: {wrong}")?;
        }
        Ok(())
    }
}

/// One client with the documented limits, from which ten times as many reads are asked for, evenly, for `duration`. A call
/// is promised unless it is refused at once; every promised one must be answered, and the platform must refuse none.
///
/// # Errors
///
/// When the sandbox or the client does not start.
pub fn over_the_limit(duration: Duration) -> Result<Load, Failure> {
    let sandbox = Sandbox::start(Options {
        journal_capacity: 100_000,
        ..Options::default()
    })?;
    let client = client(&sandbox, None)?;
    let device = sandbox.device_ids().remove(0);
    let pause = Duration::from_secs(60) / (READS_PER_MINUTE * TIMES);
    let outcomes = runtime::block_on(async {
        let mut calls = JoinSet::new();
        let begun = Instant::now();
        let mut pace = tokio::time::interval(pause);
        while begun.elapsed() < duration {
            pace.tick().await;
            let (client, device) = (client.clone(), device.clone());
            calls.spawn(async move {
                let asked = Instant::now();
                let answer = client.device(&device).await;
                (answer.map_err(|error| error.kind()).err(), asked.elapsed())
            });
        }
        calls.join_all().await
    });
    let requests = requests(&sandbox);
    let reads = requests
        .iter()
        .filter(|(_, request)| request.path.contains("/devices/"));
    let busiest = busiest_minute(reads.map(|(at, _)| *at));
    let refused_there = requests
        .iter()
        .filter(|(_, request)| request.status == Some(429))
        .count();
    let longest = |which: &dyn Fn(&Option<ErrorKind>) -> bool| {
        let waits = outcomes.iter().filter(|(kind, _)| which(kind)).map(|(_, wait)| *wait);
        waits.max().unwrap_or_default()
    };
    let count = |wanted: Option<ErrorKind>| outcomes.iter().filter(|(kind, _)| *kind == wanted).count();
    let (answered, refused) = (count(None), count(Some(ErrorKind::RateLimited)));
    let mut load = Load::default();
    load.figure("calls", outcomes.len());
    load.figure("promised and answered", answered);
    load.figure("refused at once, unsent", refused);
    load.figure(
        "longest wait for an answer",
        format_args!("{:.1} s", longest(&Option::is_none).as_secs_f64()),
    );
    let refusal = longest(&|kind| *kind == Some(ErrorKind::RateLimited));
    load.figure(
        "longest wait for a refusal",
        format_args!("{:.1} ms", refusal.as_secs_f64() * 1e3),
    );
    load.figure("refused by the platform (429)", refused_there);
    load.figure(
        "reads in the busiest 60 s",
        format_args!("{busiest} of {READS_PER_MINUTE}"),
    );
    load.must(answered + refused == outcomes.len(), "a call that was promised failed");
    load.must(refused_there == 0, "the platform refused a call");
    load.must(refusal < Duration::from_secs(1), "a refusal came late");
    // The first minute's reads go out at once, and one place becomes free for each of them a minute later.
    let least = u64::from(READS_PER_MINUTE) * (duration.as_secs() / 60);
    load.must(answered as u64 >= least, "the limit was not made use of");
    Ok(load)
}

/// So many clients of one `client_id` that share a token through a file, each in need of one at the same time; then the
/// platform revokes it. Twice one token must be asked for, and no call may fail.
///
/// # Errors
///
/// When the sandbox, the clients or the file do not start.
pub fn sharing_a_token(clients: usize) -> Result<Load, Failure> {
    let sandbox = Sandbox::start(Options {
        query_per_minute: 0,
        journal_capacity: 100_000,
        ..Options::default()
    })?;
    let folder = std::env::temp_dir().join(format!("tellus-load-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let file = folder.join("token");
    let before = held::memory().unwrap_or_default();
    let made: Vec<Client> = (0..clients)
        .map(|_| {
            let store = TokenFile::new(&file, sandbox.base_url(), sandbox.client_id())?;
            client(&sandbox, Some(store))
        })
        .collect::<Result<_, _>>()?;
    let device = sandbox.device_ids().remove(0);
    let mut load = Load::default();
    let mut failed = 0;
    for round in ["at first", "when it was revoked"] {
        let begun = Instant::now();
        failed += runtime::block_on(async {
            let mut calls = JoinSet::new();
            for client in made.clone() {
                let device = device.clone();
                calls.spawn(async move { client.device(&device).await.is_err() });
            }
            calls.join_all().await.into_iter().filter(|failed| *failed).count()
        });
        let took = format!("{:.2} s for a read each", begun.elapsed().as_secs_f64());
        load.figure(
            if round == "at first" {
                "at first"
            } else {
                "after it was revoked"
            },
            took,
        );
        sandbox.inject(FaultKind::RevokeTokens {});
    }
    let after = held::memory().unwrap_or_default();
    let tokens = requests(&sandbox)
        .iter()
        .filter(|(_, request)| request.path.ends_with("/oauth/token"))
        .count();
    load.figure("clients", clients);
    load.figure("token requests", tokens);
    load.figure("calls that failed", failed);
    let each = after.saturating_sub(before) / 1024 / clients.max(1) as u64;
    load.figure("memory for each, sandbox included", format_args!("{each} KiB"));
    load.must(tokens == 2, "the token was not shared");
    load.must(failed == 0, "a call failed");
    fs::remove_dir_all(&folder)?;
    Ok(load)
}

fn client(sandbox: &Sandbox, store: Option<TokenFile>) -> Result<Client, tellus_core::Error> {
    let mut config = Config::new(sandbox.base_url());
    config.proxy = ProxySetting::None;
    let credentials = Credentials::client_secret(sandbox.client_id(), sandbox.client_secret());
    let credentials = match store {
        Some(store) => {
            // Only the platform's own limits are to be met.
            config.quota.query_per_minute = 1_000_000;
            credentials.stored_in(store)
        }
        None => credentials,
    };
    Client::new(config, credentials)
}

fn requests(sandbox: &Sandbox) -> Vec<(Timestamp, RequestEntry)> {
    let journal = sandbox.journal().into_iter();
    let requests = journal.filter_map(|entry| match entry.event {
        JournalEvent::Request(request) => Some((entry.at.parse().ok()?, request)),
        _ => None,
    });
    requests.collect()
}

/// The most of these moments, given in their order, that lie within 60 s.
fn busiest_minute(moments: impl Iterator<Item = Timestamp>) -> usize {
    let mut window = VecDeque::new();
    let mut most = 0;
    for moment in moments {
        window.push_back(moment);
        while window
            .front()
            .is_some_and(|first| moment.duration_since(*first).as_secs() >= 60)
        {
            window.pop_front();
        }
        most = most.max(window.len());
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_minute_is_no_calendar_minute() {
        let at = |second: i64| Timestamp::UNIX_EPOCH + Duration::from_secs(second as u64);
        let seconds = [0, 50, 70, 100, 109, 110, 300];
        assert_eq!(busiest_minute(seconds.into_iter().map(at)), 4);
        assert_eq!(busiest_minute(std::iter::empty()), 0);
    }
}
