//! Commands at work: taken in, delivered to the chargers, and closed when their effect is over.

use serde_json::{Map, Value, json};

use super::Fleet;
use super::command::{Action, Command, Fate, Number, Status};
use super::connector::Condition;
use super::flexibility::Restraint;
use super::session::{Origin, Session};
use crate::quirks::{CommandExpiry, OfflineCommands, SessionCommands};
use crate::random::Random;
use crate::unspecified::{LOWEST_SOC, failure};

/// Time (µs) from the call to the earliest moment at which a charger can have it, before it is rounded to a step.
const DELIVERY: i64 = 500_000;

/// Why a command cannot be taken in as things stand.
pub(crate) type Objection = &'static str;

impl Fleet {
    /// What speaks against a command for a connector right now.
    pub(crate) fn objection(&self, (charger, connector): (usize, usize), action: &Action) -> Option<Objection> {
        if self.chargers[charger].offline && self.quirks.offline_commands == OfflineCommands::Refused {
            return Some("the charger is offline");
        }
        let model = &self.chargers[charger].model;
        let busy = self.chargers[charger].connectors[connector].is_busy();
        match action {
            Action::Start { .. } if busy => Some("the connector is in use"),
            Action::Stop if !busy => Some("the connector has no session"),
            Action::Discharge { .. } if model.feed_back_w == 0 => Some("the hardware cannot feed back"),
            Action::Discharge { .. } if busy => Some("the connector is in use"),
            Action::Schedule(schedule) if schedule.feeds_back() && model.feed_back_w == 0 => {
                Some("the hardware cannot feed back")
            }
            _ => None,
        }
    }

    /// Takes a command in and returns its id. `params` are its fields as they were sent.
    pub(crate) fn issue(
        &mut self,
        target: Option<(usize, usize)>,
        action: Action,
        params: Map<String, Value>,
        fate: Fate,
    ) -> String {
        let prefix = if target.is_some() { "cmd" } else { "ctl" };
        let now = self.now();
        let command = Command {
            id: self.commands.next_id(self.seed, prefix),
            action,
            params,
            handed: false,
            target,
            fate,
            status: Status::Queued,
            created: now,
            updated: now,
            due: self.step + 1 + i64::from(self.micros > DELIVERY),
            result: None,
        };
        let (id, occupies) = (command.id.clone(), command.occupies());
        let number = self.commands.add(command);
        if let (Some((charger, connector)), true) = (target, occupies) {
            self.chargers[charger].connectors[connector].claim = Some(number);
        }
        id
    }

    /// Hands every command that is due to its charger. One for a charger that is offline waits, and one for a charger that
    /// is played from outside is fetched.
    pub(super) fn deliver(&mut self) {
        for number in self.commands.queued() {
            let Some(command) = self.commands.get(number) else {
                continue;
            };
            if let Some(end) = self.expired(command) {
                self.close(number, end, Some(failure("expired", None)));
                continue;
            }
            let charger = command.target.map(|(charger, _)| &self.chargers[charger]);
            let (offline, fetches) = charger.map_or((false, false), |charger| (charger.offline, charger.is_outside()));
            let fails = offline && self.quirks.offline_commands == OfflineCommands::Failed;
            if command.due > self.step || command.fate == Fate::Stuck {
                continue;
            }
            if fails {
                self.close(number, Status::Failed, Some(failure("offline", None)));
                continue;
            }
            if offline || fetches {
                continue;
            }
            let (target, action) = (command.target, command.action.clone());
            let refused = match &command.fate {
                Fate::Refused(reason) => Some(reason.clone()),
                _ => None,
            };
            let slot = target.map(|(charger, connector)| &mut self.chargers[charger].connectors[connector]);
            if let Some(connector) = slot.filter(|connector| connector.claim == Some(number)) {
                connector.claim = None;
            }
            let outcome = match refused {
                Some(reason) => {
                    self.note(number, Status::Rejected, Some(failure(&reason, None)));
                    continue;
                }
                None => self.carry_out(number, target, action),
            };
            match outcome {
                Ok(None) => self.note(number, Status::Accepted, None),
                Ok(Some(result)) => self.note(number, Status::Completed, Some(result)),
                Err(result) => self.note(number, Status::Failed, Some(result)),
            }
        }
    }

    /// What becomes of a command whose time to wait is over.
    fn expired(&self, command: &Command) -> Option<Status> {
        let end = match self.quirks.command_expiry {
            CommandExpiry::Never => return None,
            CommandExpiry::Failed => Status::Failed,
            CommandExpiry::Expired => Status::Expired,
        };
        (command.expiry() <= self.at(self.step)).then_some(end)
    }

    /// Starts the effect of a command. `Some` is the result of one that is done at once.
    fn carry_out(
        &mut self,
        number: Number,
        target: Option<(usize, usize)>,
        action: Action,
    ) -> Result<Option<Value>, Value> {
        let at = target.unwrap_or_default();
        match action {
            Action::Start {
                limit_w,
                duration,
                target_soc,
            } => {
                let mut session = self.plug_in(number, at, false)?;
                session.limit_w = limit_w;
                session.until = duration.map(|seconds| self.step + seconds);
                session.soc_target = f64::from(target_soc.unwrap_or(100));
                if session.finished() {
                    // Nothing to do is done at once.
                    self.park(at, &session);
                    return Ok(Some(json!({ "energy_delivered": 0.0 })));
                }
                return Ok(self.begin(at, session));
            }
            Action::Discharge {
                power_w,
                duration,
                min_soc,
            } => {
                let mut session = self.plug_in(number, at, true)?;
                session.limit_w = Some(power_w);
                session.until = duration.map(|seconds| self.step + seconds);
                session.soc_target = f64::from(min_soc.unwrap_or(0).max(LOWEST_SOC));
                if session.finished() {
                    self.park(at, &session);
                    return Err(failure("soc_floor", Some("F-0702")));
                }
                return Ok(self.begin(at, session));
            }
            Action::Stop => {
                let session = self.connector(at).session.as_mut();
                session.ok_or_else(|| failure("no_session", None))?.stop = Some(number);
            }
            Action::Schedule(schedule) => {
                let result = json!({ "schedule_id": schedule.id });
                self.store_schedule(at, *schedule);
                return Ok(Some(result));
            }
            Action::Limit {
                sites,
                percent,
                duration,
            } => {
                self.pass_on_limit(&sites, percent, duration);
                self.restraints.push(Restraint {
                    number,
                    sites,
                    percent,
                    until: self.step + duration,
                });
            }
        }
        Ok(None)
    }

    /// Begins the session of a command. Returns the command's result if that is all it was to do.
    fn begin(&mut self, at: (usize, usize), session: Session) -> Option<Value> {
        self.connector(at).session = Some(session);
        (self.quirks.session_commands == SessionCommands::AtOnce).then(|| json!({}))
    }

    /// A session for a command: with the vehicle that is still there from the last one, or with one that is.
    fn plug_in(&mut self, number: Number, at: (usize, usize), gives: bool) -> Result<Session, Value> {
        let (seed, step) = (self.seed, self.step);
        let connector = self.connector(at);
        if connector.condition == Condition::Faulted {
            return Err(failure("fault", Some("F-0411")));
        }
        if connector.session.is_some() {
            return Err(failure("connector_in_use", None));
        }
        let mut random = Random::new(seed, &[0x57A2, number]);
        let mut session = match gives {
            true => Session::discharge(&mut random, step),
            false => Session::charge(&mut random, step),
        };
        if let Some((vehicle, soc)) = connector.parked.take() {
            (session.vehicle, session.soc_start) = (vehicle, soc);
        }
        session.origin = Origin::Command(number);
        Ok(session)
    }

    /// Ends the session of a connector: a record of it, and the end of the commands behind it. `fault` is the reason
    /// for an end that nobody wanted.
    pub(super) fn end_session(&mut self, at: (usize, usize), fault: Option<&str>) {
        let Some(session) = self.connector(at).session.take() else {
            return;
        };
        let result = || json!({ "energy_delivered": super::physics::kwh(session.energy_ws) });
        if let Origin::Command(number) = session.origin {
            match fault {
                None => self.note(number, Status::Completed, Some(result())),
                Some(code) => self.note(number, Status::Failed, Some(failure("fault", Some(code)))),
            }
        }
        if let Some(number) = session.stop {
            self.note(number, Status::Completed, Some(result()));
        }
        // Whoever was stopped, or charged on command, is still plugged in; who came by chance and has what it wanted
        // drives away.
        if session.origin != Origin::Chance || session.stop.is_some() {
            self.park(at, &session);
        }
        self.file(at, &session);
    }

    fn park(&mut self, at: (usize, usize), session: &Session) {
        self.connector(at).parked = Some((session.vehicle.clone(), session.soc()));
    }

    pub(super) fn note(&mut self, number: Number, status: Status, result: Option<Value>) {
        // One that was over when its session began stays as it is.
        if self
            .commands
            .get(number)
            .is_some_and(|command| !command.status.is_closed())
        {
            self.commands.update(number, status, self.at(self.step), result);
        }
    }
}
