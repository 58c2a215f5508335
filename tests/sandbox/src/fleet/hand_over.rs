//! Commands for chargers that are played from outside: fetched by them, and closed by what they report.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Fleet;
use super::command::{Action, Command, Fate, Number, Status};
use crate::clock::rfc3339;
use crate::quirks::{CommandExpiry, Delivery};
use crate::unspecified::failure;

/// A command as a charger gets it.
#[derive(Debug, Serialize)]
pub(crate) struct Pending {
    command_id: String,
    command: &'static str,
    params: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry: Option<String>,
}

/// What a charger says of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Accepted,
    Rejected,
    Completed,
    Failed,
}

/// Why a report cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// There is no such command for this charger.
    Unknown,
    /// The command has ended otherwise.
    Closed,
}

impl Fleet {
    /// The commands that wait for a charger, or for one of its connectors, oldest first, at most `most`. Each is given
    /// once, unless the quirk `delivery` says otherwise.
    pub(crate) fn hand_over(&mut self, charger: usize, connector: Option<usize>, most: usize) -> Vec<Pending> {
        let again = self.quirks.delivery == Delivery::Repeated;
        let mut handed = Vec::new();
        for number in self.commands.queued() {
            if handed.len() == most {
                break;
            }
            let Some(command) = self.commands.get_mut(number) else {
                continue;
            };
            let meant = command
                .target
                .is_some_and(|at| at.0 == charger && connector.is_none_or(|connector| connector == at.1));
            if !meant || (command.handed && !again) || command.fate == Fate::Stuck {
                continue;
            }
            if let Fate::Refused(reason) = &command.fate {
                let result = failure(reason, None);
                self.close(number, Status::Rejected, Some(result));
                continue;
            }
            command.handed = true;
            handed.push(number);
        }
        handed.into_iter().filter_map(|number| self.pending(number)).collect()
    }

    fn pending(&self, number: Number) -> Option<Pending> {
        let command = self.commands.get(number)?;
        let (charger, connector) = command.target?;
        let mut params = command.params.clone();
        // Not specified: a heartbeat's answer is for the whole charger, and a command names no connector.
        params.insert(
            "connector_id".to_owned(),
            json!(self.chargers[charger].connectors[connector].id),
        );
        Some(Pending {
            command_id: command.id.clone(),
            command: name(command),
            params,
            expiry: (self.quirks.command_expiry != CommandExpiry::Never).then(|| rfc3339(command.expiry())),
        })
    }

    /// Writes down what a charger reports of one of its commands. Saying the same again is no mistake.
    pub(crate) fn progress(
        &mut self,
        charger: usize,
        command_id: &str,
        progress: Progress,
        result: Option<Value>,
    ) -> Result<(), Misfit> {
        let number = self.commands.number(command_id).ok_or(Misfit::Unknown)?;
        let command = self.commands.get(number).ok_or(Misfit::Unknown)?;
        if command.target.is_none_or(|at| at.0 != charger) {
            return Err(Misfit::Unknown);
        }
        let status = match progress {
            Progress::Accepted => Status::Accepted,
            Progress::Rejected => Status::Rejected,
            Progress::Completed => Status::Completed,
            Progress::Failed => Status::Failed,
        };
        match command.status {
            before if before == status => Ok(()),
            before if before.is_closed() => Err(Misfit::Closed),
            _ => {
                self.close(number, status, result);
                Ok(())
            }
        }
    }

    /// Writes down a status, and frees the connector when it is the last one.
    pub(super) fn close(&mut self, number: Number, status: Status, result: Option<Value>) {
        let now = self.now();
        self.commands.update(number, status, now, result);
        let target = self.commands.get(number).and_then(|command| command.target);
        if let Some(at) = target.filter(|_| status.is_closed()) {
            let connector = self.connector(at);
            connector.claim = connector.claim.filter(|claim| *claim != number);
        }
    }

    /// Tells the chargers of some sites that are played from outside to draw less for a while.
    pub(super) fn pass_on_limit(&mut self, sites: &[usize], percent: u8, duration: i64) {
        for charger in self.played.clone() {
            if !sites.contains(&self.chargers[charger].site) {
                continue;
            }
            let action = Action::Limit {
                sites: Vec::new(),
                percent,
                duration,
            };
            let params = json!({ "power_limit_percent": percent, "duration": duration });
            let params = params.as_object().cloned().unwrap_or_default();
            self.issue(Some((charger, 0)), action, params, Fate::Open);
        }
    }
}

/// What a charger calls a command.
fn name(command: &Command) -> &'static str {
    match command.action {
        Action::Start { .. } => "start_charging",
        Action::Stop => "stop_charging",
        Action::Discharge { .. } => "discharge",
        Action::Schedule(_) => "set_schedule",
        Action::Limit { .. } => "set_power_limit",
    }
}
