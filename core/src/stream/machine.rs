//! What one connection does next: pure, no I/O, no clock. Every decision about connecting, waiting and giving up is here.

use std::time::Duration;

use rand::Rng;

use super::{
    event::StreamStatus,
    gap::GapCause,
    mailbox::End,
    moves::{Action, Farewell, Input, State},
};
use crate::{
    config::StreamConfig,
    error::{Error, ErrorKind},
};

/// The longest `Retry-After` that is believed: a stream that comes back must not be put off for days by a slip.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// One connection's state. Times are monotonic.
#[derive(Debug)]
pub(super) struct Machine {
    config: StreamConfig,
    state: State,
    /// The status told last, so that none is told twice in a row.
    told: Option<&'static str>,
    /// Attempts since frames last flowed steadily.
    attempt: u32,
    /// The last dial was refused its token, and the one under way is made with a fresh one.
    refreshed: bool,
    /// The platform has accepted address and token before.
    proven: bool,
    live_since: Option<Duration>,
    last_frame: Option<Duration>,
    /// When the wait under way ends.
    until: Duration,
    /// The platform asked not to be dialled before this moment.
    not_before: Duration,
    /// When a dial was last forced, or will be: by a wake, a change of devices, a resume.
    forced: Option<Duration>,
    /// A wake came too soon after a forced dial: the dial under way is given until then.
    restart: bool,
}

impl Machine {
    pub(super) fn new(config: StreamConfig) -> Self {
        Self {
            config,
            state: State::Waiting,
            told: None,
            attempt: 0,
            refreshed: false,
            proven: false,
            live_since: None,
            last_frame: None,
            until: Duration::ZERO,
            not_before: Duration::ZERO,
            forced: None,
            restart: false,
        }
    }

    #[cfg(test)]
    pub(super) fn state(&self) -> State {
        self.state
    }

    /// The beginning: dials after this time, or rests if the stream is paused. That its devices are not observed yet says
    /// whoever adds them.
    pub(super) fn start(&mut self, after: Duration, paused: bool, now: Duration) -> Vec<Action> {
        let mut actions = Vec::new();
        if paused {
            self.state = State::Paused;
            self.tell(StreamStatus::Paused, &mut actions);
        } else if after.is_zero() {
            self.dial(&mut actions);
        } else {
            self.wait(now, after, &mut actions);
        }
        actions
    }

    /// Address and token are right: another connection of the stream has stood. From now on no outage is final.
    pub(super) fn prove(&mut self) {
        self.proven = true;
    }

    /// Takes one input in. Inputs that a state has no use for are ignored: they come from what was let go of.
    pub(super) fn step(&mut self, input: Input, now: Duration, rng: &mut impl Rng) -> Vec<Action> {
        let mut actions = Vec::new();
        match (self.state, input) {
            (State::Closed | State::Failed, _) => {}
            (_, Input::Close) => {
                actions.push(Action::Hangup(Farewell::Quick));
                self.state = State::Closed;
                self.tell(StreamStatus::Closed, &mut actions);
                actions.push(Action::End(End::Closed));
            }
            (State::Paused, Input::Resume) => {
                self.forced = Some(now);
                self.dial(&mut actions);
            }
            (State::Paused, _) => {}
            (_, Input::Pause) => {
                self.settle();
                actions.push(Action::Hangup(Farewell::Polite));
                actions.push(Action::Unobserved(GapCause::Paused));
                self.state = State::Paused;
                self.tell(StreamStatus::Paused, &mut actions);
            }
            (State::Connecting, Input::Opened) => {
                self.state = State::Live;
                self.restart = false;
                self.proven = true;
                self.refreshed = false;
                self.live_since = Some(now);
                self.last_frame = None;
                self.tell(StreamStatus::Live, &mut actions);
            }
            (State::Connecting | State::Live, Input::Lost(error)) => self.lost(error, now, rng, &mut actions),
            (State::Live, Input::Frames) => self.last_frame = Some(now),
            (State::Waiting, Input::Elapsed) => self.dial(&mut actions),
            (State::Connecting, Input::Elapsed) if self.restart => {
                actions.push(Action::Hangup(Farewell::Quick));
                self.forced = Some(now);
                self.dial(&mut actions);
            }
            (State::Waiting, Input::Wake(slept)) => {
                self.not_before = self.not_before.saturating_sub(slept);
                self.cut_short(now, &mut actions);
            }
            (State::Connecting, Input::Wake(_)) if self.forcible(now) > now => {
                // The dial that was forced a moment ago may well be on the new network: it is given the time until the
                // next one may be forced.
                self.restart = true;
                actions.push(Action::Wait(self.forcible(now) - now));
            }
            (State::Connecting | State::Live, Input::Wake(_)) => self.redial(Farewell::Quick, now, &mut actions),
            (State::Connecting | State::Live, Input::DevicesChanged) => {
                self.redial(Farewell::Polite, now, &mut actions);
            }
            // A wait under way dials with the new devices when it is over.
            (_, Input::Opened | Input::Frames | Input::Lost(_) | Input::Elapsed) => {}
            (_, Input::Resume | Input::DevicesChanged) => {}
        }
        actions
    }

    /// Lets go, and dials as soon as a dial may be forced again. To the owner that is one `Connecting`, not a failure.
    fn redial(&mut self, farewell: Farewell, now: Duration, actions: &mut Vec<Action>) {
        self.settle();
        actions.push(Action::Hangup(farewell));
        if self.state == State::Live {
            actions.push(Action::Unobserved(GapCause::Reconnect));
        }
        let at = self.forcible(now);
        self.forced = Some(at);
        if at <= now {
            self.dial(actions);
        } else {
            self.tell(StreamStatus::Connecting, actions);
            self.wait(now, at - now, actions);
        }
    }

    /// Shortens a wait to what the platform asked for and what lies between forced dials.
    fn cut_short(&mut self, now: Duration, actions: &mut Vec<Action>) {
        let at = self.forcible(now).max(self.not_before);
        if at >= self.until {
            return;
        }
        self.forced = Some(at);
        if at <= now {
            self.dial(actions);
        } else {
            self.wait(now, at - now, actions);
        }
    }

    /// When a dial may be forced.
    fn forcible(&self, now: Duration) -> Duration {
        self.forced
            .map_or(now, |last| now.max(last.saturating_add(self.config.min_wake_interval)))
    }

    fn dial(&mut self, actions: &mut Vec<Action>) {
        self.state = State::Connecting;
        self.restart = false;
        self.tell(StreamStatus::Connecting, actions);
        actions.push(Action::Dial);
    }

    fn wait(&mut self, now: Duration, wait: Duration, actions: &mut Vec<Action>) {
        self.state = State::Waiting;
        self.restart = false;
        self.until = now.saturating_add(wait);
        actions.push(Action::Wait(wait));
    }

    fn tell(&mut self, status: StreamStatus, actions: &mut Vec<Action>) {
        if self.told != Some(status.name()) {
            self.told = Some(status.name());
            actions.push(Action::Tell(status));
        }
    }

    /// A platform that accepts and drops at once must not be dialled fast: the count starts anew only after frames have
    /// flowed for a while, not with the handshake.
    fn settle(&mut self) {
        if let (Some(since), Some(last)) = (self.live_since.take(), self.last_frame.take())
            && last.saturating_sub(since) >= self.config.stable_after
        {
            self.attempt = 0;
        }
    }

    fn lost(&mut self, error: Error, now: Duration, rng: &mut impl Rng, actions: &mut Vec<Action>) {
        self.settle();
        if error.kind() == ErrorKind::Conflict {
            // Address, token and devices were accepted: only the other connection for them is in the way.
            self.proven = true;
        }
        let refused_token = error.kind() == ErrorKind::Authentication && error.http_status() == Some(401);
        if refused_token && !self.refreshed {
            self.refreshed = true;
            if self.state == State::Live {
                actions.push(Action::Unobserved(GapCause::Reconnect));
            }
            actions.push(Action::Refresh);
            self.dial(actions);
        } else if self.is_final(&error) {
            self.state = State::Failed;
            actions.push(Action::Unobserved(GapCause::Failed));
            self.tell(StreamStatus::Failed(error.clone()), actions);
            actions.push(Action::End(End::Failed(error)));
        } else {
            self.back_off(error, now, rng, actions);
        }
    }

    fn is_final(&self, error: &Error) -> bool {
        match error.kind() {
            ErrorKind::Authentication
            | ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::InvalidRequest
            | ErrorKind::Closed => true,
            // A wrong key, or a proxy that wants other credentials. A conflict is not retryable either, yet passes.
            ErrorKind::Connection if !error.retryable() => true,
            _ => !self.proven && self.attempt + 1 >= self.config.first_attempts,
        }
    }

    fn back_off(&mut self, error: Error, now: Duration, rng: &mut impl Rng, actions: &mut Vec<Action>) {
        // It failed for another reason, so that the token was not what was wrong with it. In a long outage tokens may be
        // revoked more than once, each time a fresh one helps, and there is a wait in between.
        self.refreshed = false;
        let nominal = self.config.backoff.nominal(self.attempt);
        // The other connection for the same devices ends when it ends: little jitter, so that it is not asked for often.
        let floor = match error.kind() {
            ErrorKind::Conflict => nominal / 2,
            _ => Duration::ZERO,
        };
        let jittered = self.config.backoff.delay(self.attempt, rng).max(floor);
        self.attempt = self.attempt.saturating_add(1);
        let asked = error.retry_after().unwrap_or_default().min(LONGEST_RETRY_AFTER);
        self.not_before = now.saturating_add(asked.max(floor));
        let mut wait = asked.saturating_add(jittered);
        if self.restart && error.http_status().is_none() {
            // The network changed while this dial was under way: its failure says nothing about the new network.
            let at = self.forcible(now).max(self.not_before);
            if at - now < wait {
                wait = at - now;
                self.forced = Some(at);
            }
        }
        if self.state == State::Live {
            actions.push(Action::Unobserved(GapCause::Reconnect));
        }
        self.tell(StreamStatus::Waiting { retry_in: wait, error }, actions);
        self.wait(now, wait, actions);
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
