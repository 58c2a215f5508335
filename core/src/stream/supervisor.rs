//! Drives one connection as its machine says: dials, reads, waits, hangs up. One task each. Knows nothing of bytes, and
//! decides nothing.

use std::{future::pending, sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{
    connection::{Connection, Inbox},
    event::{StatusEvent, StreamStatus},
    fleet::Shared,
    machine::{Action, Input, Machine},
    mailbox::End,
    stats::count,
};
use crate::{
    auth::Token,
    clock::BoxFuture,
    error::{Error, ErrorKind, Result},
};

/// What the fleet wants of a connection. Numbers only count up: a task that was busy sees that something was wanted
/// meanwhile, however often, and nothing ever queues up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Orders {
    pub(super) paused: bool,
    /// How often it was paused.
    pub(super) pauses: u64,
    /// How often the network changed, or the machine slept.
    pub(super) wakes: u64,
    /// How long the machine slept in all.
    pub(super) slept: Duration,
    /// How often the devices changed.
    pub(super) changes: u64,
    pub(super) closed: bool,
}

impl Orders {
    /// What is new since `seen`, as the machine takes it.
    fn since(&self, seen: &Self) -> Vec<Input> {
        if self.closed {
            return vec![Input::Close];
        }
        let mut inputs = Vec::new();
        if self.pauses != seen.pauses && !seen.paused {
            inputs.push(Input::Pause);
        }
        if self.changes != seen.changes {
            inputs.push(Input::DevicesChanged);
        }
        if self.wakes != seen.wakes {
            inputs.push(Input::Wake(self.slept.saturating_sub(seen.slept)));
        }
        if !self.paused && (seen.paused || self.pauses != seen.pauses) {
            inputs.push(Input::Resume);
        }
        inputs
    }
}

/// What is under way.
enum Line {
    Idle,
    Dialling(BoxFuture<'static, Dialled>),
    Open(Box<Connection>),
}

/// How a dial ended, and the token it was made with.
struct Dialled {
    token: Option<Token>,
    result: Result<Box<Connection>>,
}

/// What a line reports.
enum Report {
    Dialled(Dialled),
    Lost(Error),
}

impl Line {
    /// The next thing that happens. May be dropped at any await.
    async fn next(&mut self, inbox: &mut Inbox) -> Report {
        match self {
            Self::Idle => pending().await,
            Self::Dialling(dial) => Report::Dialled(dial.await),
            Self::Open(connection) => Report::Lost(connection.run(inbox).await),
        }
    }
}

/// One connection's task.
pub(super) struct Supervisor {
    index: u32,
    fleet: Arc<Shared>,
    orders: watch::Receiver<Orders>,
    seen: Orders,
    line: Line,
    timer: Option<BoxFuture<'static, ()>>,
    /// The token of the last dial.
    token: Option<Token>,
    ended: bool,
}

impl Supervisor {
    pub(super) fn new(index: u32, fleet: Arc<Shared>, orders: watch::Receiver<Orders>) -> Self {
        let seen = *orders.borrow();
        Self {
            index,
            fleet,
            orders,
            seen,
            line: Line::Idle,
            timer: None,
            token: None,
            ended: false,
        }
    }

    /// Runs until the connection is closed or cannot go on. Dials after this time.
    pub(super) async fn run(mut self, after: Duration) {
        let parts = &self.fleet.parts;
        let clock = parts.clock.clone();
        let mut machine = Machine::new(parts.config);
        let mut inbox = Inbox::new(
            parts.mailbox.clone(),
            parts.counters.clone(),
            clock.clone(),
            parts.dictionary.clone(),
        );
        let first = machine.start(after, self.seen.paused, clock.monotonic());
        self.perform(first).await;
        while !self.ended {
            let inputs = tokio::select! {
                biased;
                orders = next_orders(&mut self.orders) => {
                    let seen = std::mem::replace(&mut self.seen, orders);
                    orders.since(&seen)
                }
                () = ring(&mut self.timer) => {
                    self.timer = None;
                    vec![Input::Elapsed]
                }
                report = self.line.next(&mut inbox) => vec![self.take(report)],
            };
            if let Some(at) = inbox.take_last_frames() {
                let actions = machine.step(Input::Frames, at, &mut rand::rng());
                self.perform(actions).await;
            }
            for input in inputs {
                let actions = machine.step(input, clock.monotonic(), &mut rand::rng());
                self.perform(actions).await;
            }
        }
    }

    fn take(&mut self, report: Report) -> Input {
        self.line = Line::Idle;
        let error = match report {
            Report::Lost(error) => error,
            Report::Dialled(Dialled { token, result }) => {
                self.token = token;
                match result {
                    Ok(connection) => {
                        count(&self.fleet.parts.counters.connections, 1);
                        self.line = Line::Open(connection);
                        return Input::Opened;
                    }
                    Err(error) => error,
                }
            }
        };
        tracing::info!(%error, connection = self.index, "a connection of the stream was lost, or not made");
        Input::Lost(error)
    }

    async fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Refresh => {
                    if let Some(token) = self.token.take() {
                        self.fleet.parts.tokens.invalidate(&token);
                    }
                }
                Action::Dial => {
                    self.timer = None;
                    self.line = Line::Dialling(self.dial());
                }
                Action::Hangup(farewell) => {
                    self.timer = None;
                    if let Line::Open(connection) = std::mem::replace(&mut self.line, Line::Idle) {
                        connection.hang_up(farewell).await;
                    }
                }
                Action::Wait(wait) => self.timer = Some(self.fleet.parts.clock.sleep(wait)),
                Action::Tell(status) => self.tell(status),
                Action::Unobserved(cause) => self.fleet.unobserved(self.index, cause),
                Action::End(end) => self.end(end),
            }
        }
    }

    /// A dial with the devices of this moment.
    fn dial(&self) -> BoxFuture<'static, Dialled> {
        let target = self.fleet.target(self.index);
        let tokens = self.fleet.parts.tokens.clone();
        Box::pin(async move {
            let token = match tokens.token().await {
                Ok(token) => token,
                Err(error) => {
                    let (token, result) = (None, Err(error));
                    return Dialled { token, result };
                }
            };
            let result = Connection::open(&target, &token).await.map(Box::new);
            Dialled {
                token: Some(token),
                result,
            }
        })
    }

    fn tell(&self, status: StreamStatus) {
        let parts = &self.fleet.parts;
        let live = matches!(status, StreamStatus::Live);
        parts.mailbox.push_event(StatusEvent {
            at: parts.clock.now(),
            connection: self.index,
            status,
        });
        if live {
            self.fleet.observable(self.index);
        }
    }

    fn end(&mut self, end: End) {
        self.ended = true;
        self.fleet.ended(self.index, end, &self.seen);
    }
}

impl Drop for Supervisor {
    /// A task that was torn down without an end must not leave the stream's owner waiting.
    fn drop(&mut self) {
        if !self.ended {
            let error = Error::new(
                ErrorKind::Closed,
                "a bug in the SDK stopped this stream; please report it",
            );
            self.end(End::Failed(error));
        }
    }
}

/// The orders, as soon as they differ from those seen last. A fleet that is gone wants nothing but the end.
async fn next_orders(orders: &mut watch::Receiver<Orders>) -> Orders {
    if orders.changed().await.is_err() {
        let mut last = *orders.borrow();
        last.closed = true;
        return last;
    }
    *orders.borrow_and_update()
}

async fn ring(timer: &mut Option<BoxFuture<'static, ()>>) {
    match timer {
        Some(timer) => timer.await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(orders: Orders, seen: Orders) -> Vec<&'static str> {
        let name = |input: &Input| match input {
            Input::Pause => "pause",
            Input::Resume => "resume",
            Input::Wake(_) => "wake",
            Input::DevicesChanged => "devices",
            Input::Close => "close",
            _ => "other",
        };
        orders.since(&seen).iter().map(name).collect()
    }

    #[test]
    fn orders_that_came_together_are_followed_in_an_order_that_loses_none() {
        let none = Orders::default();
        assert_eq!(names(none, none), [""; 0]);
        let paused = Orders {
            paused: true,
            pauses: 1,
            ..none
        };
        assert_eq!(names(paused, none), ["pause"]);
        assert_eq!(names(paused, paused), [""; 0]);
        let resumed = Orders { pauses: 1, ..none };
        assert_eq!(names(resumed, paused), ["resume"]);
        // Both between two looks: the socket is closed all the same.
        assert_eq!(names(resumed, none), ["pause", "resume"]);
        let again = Orders {
            paused: true,
            pauses: 2,
            ..none
        };
        assert_eq!(names(again, paused), [""; 0]);
        let all = Orders {
            pauses: 1,
            wakes: 3,
            changes: 7,
            ..none
        };
        assert_eq!(names(all, none), ["pause", "devices", "wake", "resume"]);
        assert_eq!(names(Orders { closed: true, ..all }, none), ["close"]);
    }
}
