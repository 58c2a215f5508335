//! Drives one connection as its machine says: dials, reads, waits, hangs up. One task each. Knows nothing of bytes, and
//! decides nothing.

use std::{future::pending, sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{
    connection::{Connection, Inbox},
    event::{StatusEvent, StreamStatus},
    machine::Machine,
    mailbox::End,
    moves::{Action, Input},
    orders::{Orders, next_orders},
    roster::Roster,
    stats::count,
};
use crate::{
    auth::Token,
    clock::BoxFuture,
    error::{Error, ErrorKind, Result},
};

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
    roster: Arc<Roster>,
    orders: watch::Receiver<Orders>,
    seen: Orders,
    line: Line,
    timer: Option<BoxFuture<'static, ()>>,
    /// The token of the last dial.
    token: Option<Token>,
    /// It has stood before.
    opened: bool,
    /// How long the next dial waits, so that connections that are told the same do not dial in the same moment.
    spread: Duration,
    ended: bool,
}

impl Supervisor {
    pub(super) fn new(index: u32, roster: Arc<Roster>, orders: watch::Receiver<Orders>) -> Self {
        let seen = *orders.borrow();
        Self {
            index,
            roster,
            orders,
            seen,
            line: Line::Idle,
            timer: None,
            token: None,
            opened: false,
            spread: Duration::ZERO,
            ended: false,
        }
    }

    /// Runs until the connection is closed or cannot go on. Dials after this time.
    pub(super) async fn run(mut self, after: Duration) {
        let parts = &self.roster.parts;
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
            if self.roster.is_proven() {
                machine.prove();
            }
            for input in inputs {
                if matches!(input, Input::Resume | Input::Wake(_)) {
                    self.spread = self.roster.spread();
                }
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
                        let counters = &self.roster.parts.counters;
                        count(&counters.connections, 1);
                        count(
                            &counters.reconnects,
                            u64::from(std::mem::replace(&mut self.opened, true)),
                        );
                        self.roster.prove();
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
                        self.roster.parts.tokens.invalidate(&token);
                    }
                }
                Action::Dial => {
                    self.timer = None;
                    let after = std::mem::take(&mut self.spread);
                    self.line = Line::Dialling(self.dial(after));
                }
                Action::Hangup(farewell) => {
                    self.timer = None;
                    if let Line::Open(connection) = std::mem::replace(&mut self.line, Line::Idle) {
                        // Boxed, since every connection's task would else keep room for it.
                        Box::pin(connection.hang_up(farewell)).await;
                    }
                }
                Action::Wait(wait) => self.timer = Some(self.roster.parts.clock.sleep(wait)),
                Action::Tell(status) => self.tell(status),
                Action::Unobserved(cause) => self.roster.unobserved(self.index, cause),
                Action::End(end) => self.end(end),
            }
        }
    }

    /// A dial with the devices of this moment, after a while.
    fn dial(&self, after: Duration) -> BoxFuture<'static, Dialled> {
        let target = self.roster.target(self.index);
        let tokens = self.roster.parts.tokens.clone();
        let clock = self.roster.parts.clock.clone();
        Box::pin(async move {
            if !after.is_zero() {
                clock.sleep(after).await;
            }
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
        let parts = &self.roster.parts;
        let live = matches!(status, StreamStatus::Live);
        parts.mailbox.push_event(StatusEvent {
            at: parts.clock.now(),
            connection: self.index,
            status,
        });
        if live {
            self.roster.observable(self.index);
        }
    }

    fn end(&mut self, end: End) {
        self.ended = true;
        self.roster.ended(self.index, end, &self.seen);
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

async fn ring(timer: &mut Option<BoxFuture<'static, ()>>) {
    match timer {
        Some(timer) => timer.await,
        None => pending().await,
    }
}
