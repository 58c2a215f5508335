//! Keeps one connection alive: connects, waits, connects again. Knows nothing of bytes.

use std::sync::Arc;

use tokio::sync::watch;

use super::{
    connection::{Connection, Inbox, Target, until_closed},
    event::{StatusEvent, StreamStatus},
    machine::{Machine, Next},
    mailbox::{End, Mailbox},
    stats::{Counters, count},
};
use crate::{auth::TokenCache, clock::SharedClock, error::Result};

/// A stream's working parts.
pub(super) struct Supervisor {
    pub(super) target: Target,
    pub(super) tokens: TokenCache,
    pub(super) clock: SharedClock,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) counters: Arc<Counters>,
    pub(super) names: Arc<super::names::Dictionary>,
    /// Turns true when the subscription or its client is closed.
    pub(super) closed: watch::Receiver<bool>,
}

impl Supervisor {
    /// Runs until the stream is closed or cannot go on.
    pub(super) async fn run(mut self) {
        let mut machine = Machine::new(self.target.stream);
        let end = loop {
            self.tell(StreamStatus::Connecting);
            let error = match self.connect_and_read(&mut machine).await {
                Ok(()) => break End::Closed,
                Err(error) => error,
            };
            let next = machine.lost(&error, &mut rand::rng());
            match next {
                Next::Refresh => {}
                Next::Wait(retry_in) => {
                    tracing::info!(%error, ?retry_in, "the stream waits before it connects again");
                    self.tell(StreamStatus::Waiting { retry_in, error });
                    let clock = self.clock.clone();
                    tokio::select! {
                        biased;
                        () = until_closed(&mut self.closed) => break End::Closed,
                        () = clock.sleep(retry_in) => {}
                    }
                }
                Next::Fail => break End::Failed(error),
            }
        };
        self.tell(match &end {
            End::Closed => StreamStatus::Closed,
            End::Failed(error) => StreamStatus::Failed(error.clone()),
        });
        self.mailbox.finish(end);
    }

    /// One connection from its token to its end. `Ok` if the stream was closed meanwhile.
    async fn connect_and_read(&mut self, machine: &mut Machine) -> Result<()> {
        let opening = async {
            let token = self.tokens.token().await?;
            match Connection::open(&self.target, &token).await {
                Ok(connection) => Ok(connection),
                Err(error) => {
                    if error.http_status() == Some(401) {
                        self.tokens.invalidate(&token);
                    }
                    Err(error)
                }
            }
        };
        let mut closed = self.closed.clone();
        let connection = tokio::select! {
            biased;
            () = until_closed(&mut closed) => return Ok(()),
            opened = opening => opened?,
        };
        count(&self.counters.connections, 1);
        machine.connected(self.clock.monotonic());
        self.tell(StreamStatus::Live);
        let mut on_frames = |now| machine.frames(now);
        let mut inbox = Inbox::new(&self.mailbox, &self.counters, &self.clock, &self.names, &mut on_frames);
        connection
            .run(&self.target.stream, &self.clock, &mut inbox, &mut closed)
            .await
    }

    fn tell(&self, status: StreamStatus) {
        self.mailbox.push_event(StatusEvent {
            at: self.clock.now(),
            connection: 0,
            status,
        });
    }
}
