//! A run from its start to the last check.

use std::{
    collections::HashMap,
    fmt, io, thread,
    time::{Duration, Instant},
};

use tellus_core::{Client, Credentials, StreamStats, config::OverflowPolicy, runtime};
use tellus_sandbox::{JournalEvent, Sandbox};

use crate::{
    account::{Account, Totals},
    consumer::Consumer,
    plan::Plan,
    process,
    summary::{Memory, Summary},
    trouble::Trouble,
};

/// How often what was sent is held against what was delivered.
const ROUND: Duration = Duration::from_millis(250);
/// The longest that anything may take at the end.
const PATIENCE: Duration = Duration::from_secs(60);
/// More violations than these are only counted.
const SHOWN: usize = 20;

/// What goes wrong before anything can be checked.
#[derive(Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(format!("the system does not let it start: {error}"))
    }
}

impl From<tellus_core::Error> for Failure {
    fn from(error: tellus_core::Error) -> Self {
        Self(format!("the streams do not start: {error}"))
    }
}

/// Runs, and tells how it went; `say` is given a line for the eye from time to time.
///
/// # Errors
///
/// When the sandbox or the streams do not start. What goes wrong later is in the summary.
pub fn run(plan: &Plan, mut say: impl FnMut(&str)) -> Result<Summary, Failure> {
    let sandbox = Sandbox::start(plan.options())?;
    let tasks = tasks();
    let mut run = Run::start(plan, sandbox)?;
    run.stir(plan, &mut say);
    say("the faults are over: all devices are to come back");
    run.recover();
    run.end(tasks);
    Ok(run.summary)
}

/// Tasks of the SDK that are alive.
fn tasks() -> usize {
    runtime::block_on(async { tokio::runtime::Handle::current().metrics().num_alive_tasks() })
}

struct Run {
    sandbox: Sandbox,
    clients: Vec<Client>,
    consumers: Vec<Consumer>,
    accounts: Vec<Account>,
    /// Of every device of the platform: its consumer, and its place there.
    homes: Vec<(usize, usize)>,
    trouble: Trouble,
    /// The last journal entry that was looked at.
    seq: u64,
    summary: Summary,
    started: Instant,
}

impl Run {
    fn start(plan: &Plan, sandbox: Sandbox) -> Result<Self, Failure> {
        let ids = sandbox.device_ids();
        let parts: Vec<Vec<String>> = (0..3)
            .map(|part| ids.iter().skip(part).step_by(3).cloned().collect())
            .collect();
        let mut homes = HashMap::new();
        for (consumer, part) in parts.iter().enumerate() {
            homes.extend(
                part.iter()
                    .enumerate()
                    .map(|(place, id)| (id.clone(), (consumer, place))),
            );
        }
        let homes = ids.iter().map(|id| homes[id]).collect();
        let accounts = [false, false, true]
            .into_iter()
            .zip(&parts)
            .map(|(merged, part)| Account::new(part.len(), merged))
            .collect();
        let (mut clients, mut consumers) = (Vec::new(), Vec::new());
        let policies = [
            OverflowPolicy::Block,
            OverflowPolicy::DropOldest,
            OverflowPolicy::Latest,
        ];
        for (policy, part) in policies.into_iter().zip(parts) {
            let credentials = Credentials::client_secret(sandbox.client_id(), sandbox.client_secret());
            let client = Client::new(plan.config(&sandbox, policy), credentials)?;
            consumers.push(match policy {
                OverflowPolicy::Block => Consumer::pulling("block", &client, part)?,
                OverflowPolicy::DropOldest => Consumer::listening("drop oldest", &client, part)?,
                OverflowPolicy::Latest => Consumer::pulling("latest", &client, part)?,
            });
            clients.push(client);
        }
        Ok(Self {
            sandbox,
            clients,
            consumers,
            accounts,
            homes,
            trouble: Trouble::new(plan.seed, plan.fault_interval),
            seq: 0,
            summary: Summary::new(plan.seed),
            started: Instant::now(),
        })
    }

    /// The time of faults.
    fn stir(&mut self, plan: &Plan, say: &mut impl FnMut(&str)) {
        let mut told = Instant::now();
        let mut memory = Memory::new(plan.duration);
        while self.started.elapsed() < plan.duration {
            thread::sleep(ROUND.min(Duration::from_millis(50)));
            self.trouble.stir(&self.sandbox, &self.consumers);
            if self.summary.rounds_due(self.started.elapsed(), ROUND) {
                self.round();
                if let Some(bytes) = process::memory() {
                    memory.note(self.started.elapsed(), bytes);
                }
            }
            if plan.progress.is_some_and(|interval| told.elapsed() >= interval) {
                told = Instant::now();
                say(&self.line());
            }
            if self.summary.violations.len() > SHOWN {
                break;
            }
        }
        self.trouble.calm(&self.sandbox, &self.consumers, None);
        self.summary.faults = self.trouble.table().collect();
        self.summary.memory(memory);
    }

    /// Holds what was sent against what was delivered.
    fn round(&mut self) {
        // What was delivered is taken first: it was noted as sent before it was, so that it is found there.
        let harvests: Vec<_> = self.consumers.iter().map(Consumer::harvest).collect();
        for sent in self.sandbox.take_frames_sent() {
            for frame in sent.frames {
                let (consumer, place) = self.homes[frame.device as usize];
                self.accounts[consumer].sent(place, frame.millis * 1000);
            }
        }
        for ((consumer, account), harvest) in self.consumers.iter().zip(&mut self.accounts).zip(harvests) {
            for (device, at) in harvest.frames {
                account.delivered(device, at);
            }
            for (device, gap) in harvest.gaps {
                account.gap(device, gap);
            }
            if account.merged {
                account.table(consumer.table());
            }
            account.prune();
            self.summary.gaps += harvest.gaps_told;
            if harvest.empty > 0 {
                self.summary.wrong(format!(
                    "{}: {} frames came without readings",
                    consumer.name, harvest.empty
                ));
            }
            for failure in harvest.failures {
                self.summary
                    .wrong(format!("{}: a connection failed for good: {failure}", consumer.name));
            }
            for violation in account.violations.drain(..) {
                self.summary.wrong(format!("{}: {violation}", consumer.name));
            }
        }
        for entry in self.sandbox.journal_after(self.seq) {
            self.seq = entry.seq;
            match entry.event {
                JournalEvent::StreamOpen { .. } => self.summary.opened += 1,
                JournalEvent::StreamClose { .. } => self.summary.closed += 1,
                _ => {}
            }
        }
    }

    fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.accounts.iter().for_each(|account| totals += account.totals);
        totals
    }

    fn line(&self) -> String {
        let totals = self.totals();
        format!(
            "{:>5.0} s  {:>9} sent  {:>9} delivered  {:>8} in gaps  {:>6} gaps  {:>4} faults  {:>2} streams open  {} MB",
            self.started.elapsed().as_secs_f64(),
            totals.sent,
            totals.delivered,
            totals.in_gaps,
            self.summary.gaps,
            self.trouble.count(),
            self.sandbox.open_streams(),
            process::memory().map_or_else(|| "?".to_owned(), |bytes| (bytes >> 20).to_string()),
        )
    }

    /// Goes round until something holds, and says whether it ever did.
    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            if Instant::now() > deadline {
                self.summary.wrong(format!("never happened: {what}"));
                return;
            }
            thread::sleep(Duration::from_millis(20));
            self.round();
        }
    }

    /// Without faults every device is observed again.
    fn recover(&mut self) {
        let wanted: Vec<usize> = self.consumers.iter().map(|consumer| consumer.devices.len()).collect();
        self.accounts.iter_mut().for_each(Account::look_out);
        self.until("every device is observed again", |run| {
            run.accounts
                .iter()
                .zip(&wanted)
                .all(|(account, wanted)| account.seen() == *wanted)
        });
    }

    /// Rests, so that all that is under way lies in an open gap; settles the account; closes.
    fn end(&mut self, tasks_before: usize) {
        self.consumers.iter().for_each(Consumer::pause);
        self.until("every device is in a gap once its stream rests", |run| {
            let rests = |consumer: &Consumer| consumer.stats().open_gaps == consumer.devices.len() as u64;
            run.sandbox.open_streams() == 0 && run.consumers.iter().all(rests)
        });
        self.consumers.iter_mut().for_each(Consumer::close);
        self.until("the listener's thread ends", |_| {
            process::threads("tellus-listener").unwrap_or(0) == 0
        });
        self.round();
        for (consumer, account) in self.consumers.iter().zip(&mut self.accounts) {
            account.close();
            for violation in account.violations.drain(..) {
                self.summary.wrong(format!("{}: {violation}", consumer.name));
            }
        }
        let stats: Vec<StreamStats> = self.consumers.iter().map(Consumer::stats).collect();
        self.summary.totals(self.totals(), &stats, self.started.elapsed());
        let connected: u64 = stats.iter().map(|stats| stats.connections).sum();
        if self.summary.opened < connected || self.summary.opened != self.summary.closed {
            let (opened, closed) = (self.summary.opened, self.summary.closed);
            self.summary.wrong(format!(
                "the journal has {opened} streams opened and {closed} closed; the SDK counted {connected}"
            ));
        }
        self.consumers.clear();
        self.clients.clear();
        self.until("the SDK's tasks end", |_| tasks() <= tasks_before);
        let address = self.sandbox.address();
        self.until("the sockets are closed", |_| {
            process::connections_to(address).unwrap_or(0) == 0
        });
    }
}
