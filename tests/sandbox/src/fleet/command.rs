//! Commands: what they ask for and how far they have come.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::schedule::Schedule;
use crate::clock::rfc3339;
use crate::quirks::Refusal;
use crate::quirks::uuid::uuid;
use crate::random::Random;
use crate::unspecified::COMMAND_LIFETIME_SECONDS;

/// Commands kept before the oldest closed ones go.
const KEPT: usize = 50_000;

/// Number of a command, in the order of arrival.
pub(crate) type Number = u64;

/// What a command asks for. Powers in W, times in s.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Charge until the target, the end of the duration, or a stop.
    Start {
        limit_w: Option<i64>,
        duration: Option<i64>,
        target_soc: Option<u8>,
    },
    /// End the session.
    Stop,
    /// Feed the grid until the floor, the end of the duration, or a stop.
    Discharge {
        power_w: i64,
        duration: Option<i64>,
        min_soc: Option<u8>,
    },
    /// Store a schedule.
    Schedule(Box<Schedule>),
    /// Limit what sites draw, to this share (%) of their capacity.
    Limit {
        sites: Vec<usize>,
        percent: u8,
        duration: i64,
    },
}

/// What is to become of a command, whatever it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// What its effect makes of it.
    Open,
    /// It never leaves the queue.
    Stuck,
    /// The charger refuses it, for this reason.
    Refused(String),
}

/// How far a command has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Queued,
    Accepted,
    Completed,
    Failed,
    /// Failed, because the charger would not.
    Rejected,
    /// It never got to its charger.
    Expired,
}

impl Status {
    /// True when nothing more can come.
    pub(crate) fn is_closed(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Rejected | Self::Expired)
    }
}

/// A command.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) id: String,
    pub(crate) action: Action,
    /// The same as it was asked for, for a charger that is played from outside.
    pub(crate) params: Map<String, Value>,
    /// Whether such a charger has been given it.
    pub(crate) handed: bool,
    /// Index of the charger and of its connector; none for a whole group.
    pub(crate) target: Option<(usize, usize)>,
    pub(crate) fate: Fate,
    pub(crate) status: Status,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// Step (s) from which the charger can have it.
    pub(crate) due: i64,
    pub(crate) result: Option<Value>,
}

impl Command {
    /// True for what occupies a connector.
    pub(crate) fn occupies(&self) -> bool {
        matches!(self.action, Action::Start { .. } | Action::Discharge { .. })
    }

    /// When it expires, if commands do.
    pub(crate) fn expiry(&self) -> Timestamp {
        let life = SignedDuration::from_secs(COMMAND_LIFETIME_SECONDS);
        self.created.checked_add(life).unwrap_or(Timestamp::MAX)
    }

    /// The status as the API shows it.
    pub(crate) fn view(&self, refusal: Refusal) -> CommandView {
        CommandView {
            command_id: self.id.clone(),
            status: match (self.status, refusal) {
                // The API's list has no word for a refusal.
                (Status::Rejected, Refusal::Failed) => Status::Failed,
                (status, _) => status,
            },
            created_at: rfc3339(self.created),
            updated_at: rfc3339(self.updated),
            result: self.result.clone(),
        }
    }
}

/// The status of a command as the API shows it.
#[derive(Debug, Serialize)]
pub(crate) struct CommandView {
    command_id: String,
    status: Status,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
}

/// Every command so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commands {
    last: Number,
    all: BTreeMap<Number, Command>,
    by_id: HashMap<String, Number>,
    /// Those that are still queued.
    queued: BTreeSet<Number>,
}

impl Commands {
    /// Enters a command into the queue.
    pub(crate) fn add(&mut self, command: Command) -> Number {
        self.last += 1;
        let number = self.last;
        self.by_id.insert(uuid(&command.id), number);
        self.by_id.insert(command.id.clone(), number);
        self.queued.insert(number);
        self.all.insert(number, command);
        while self.all.len() > KEPT {
            let Some(oldest) = self
                .all
                .iter()
                .find(|(_, command)| command.status.is_closed())
                .map(|(number, _)| *number)
            else {
                break;
            };
            if let Some(gone) = self.all.remove(&oldest) {
                self.by_id.remove(&uuid(&gone.id));
                self.by_id.remove(&gone.id);
            }
        }
        number
    }

    /// The id the next command gets.
    pub(crate) fn next_id(&self, seed: u64, prefix: &str) -> String {
        format!("{prefix}_{}", Random::new(seed, &[0xC0DE, self.last + 1]).hex(12))
    }

    /// The command with this id.
    pub(crate) fn find(&self, id: &str) -> Option<&Command> {
        self.all.get(self.by_id.get(id)?)
    }

    pub(crate) fn get(&self, number: Number) -> Option<&Command> {
        self.all.get(&number)
    }

    pub(crate) fn get_mut(&mut self, number: Number) -> Option<&mut Command> {
        self.all.get_mut(&number)
    }

    /// Number of the command with this id.
    pub(crate) fn number(&self, id: &str) -> Option<Number> {
        self.by_id.get(id).copied()
    }

    /// The queued ones, oldest first.
    pub(crate) fn queued(&self) -> Vec<Number> {
        self.queued.iter().copied().collect()
    }

    /// Writes down how far a command has come.
    pub(crate) fn update(&mut self, number: Number, status: Status, at: Timestamp, result: Option<Value>) {
        if let Some(command) = self.all.get_mut(&number) {
            command.status = status;
            command.updated = at;
            command.result = result;
        }
        if status != Status::Queued {
            self.queued.remove(&number);
        }
    }
}
