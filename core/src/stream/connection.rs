//! ONE socket from the handshake to its end. Knows no retry.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, header};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use url::Url;

use super::{
    columns::Columns,
    decode::{Decoder, Path},
    endings::{broken, closed_by_peer, refusal},
    mailbox::Mailbox,
    moves::Farewell,
    names::Dictionary,
    stats::{Counters, count},
    wire::{Ended, Wire},
};
use crate::{
    auth::Token,
    clock::SharedClock,
    config::StreamConfig,
    error::{Error, ErrorKind, Result},
    net::dial::Dialer,
    secret::bearer,
};

/// How much of a message that is no frame is shown in the log.
const SAMPLE: usize = 120;

/// The longest that leaving a connection takes.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a connection needs to know to be opened.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) dialer: Dialer,
    pub(super) headers: HeaderMap,
    pub(super) stream: StreamConfig,
    pub(super) clock: SharedClock,
}

/// An open connection.
pub(super) struct Connection {
    wire: Wire,
    config: StreamConfig,
    clock: SharedClock,
    /// When anything at all arrived last.
    last_seen: Duration,
    next_ping: Duration,
}

impl Connection {
    /// Dials, and upgrades with the token in the `Authorization` header.
    pub(super) async fn open(target: &Target, token: &Token) -> Result<Self> {
        let socket = target.dialer.dial(&target.url).await?;
        let mut request = target
            .url
            .as_str()
            .into_client_request()
            .map_err(|error| Error::invalid("base_url", error))?;
        let authorization = bearer(token.secret()).ok_or_else(|| {
            Error::new(
                ErrorKind::Authentication,
                "the token holds characters that no header may hold",
            )
        })?;
        request.headers_mut().extend(target.headers.clone());
        request.headers_mut().insert(header::AUTHORIZATION, authorization);
        let upgrade = Wire::upgrade(request, socket, target.stream.max_message);
        match timeout(target.dialer.timeouts.upgrade, upgrade).await {
            Ok(Ok(wire)) => {
                let now = target.clock.monotonic();
                Ok(Self {
                    wire,
                    config: target.stream,
                    clock: target.clock.clone(),
                    last_seen: now,
                    next_ping: now + target.stream.ping_interval,
                })
            }
            Ok(Err(error)) => Err(refusal(error)),
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                format!(
                    "the stream's upgrade took longer than {} s",
                    target.dialer.timeouts.upgrade.as_secs_f64()
                ),
            )),
        }
    }

    /// Reads until the connection ends, and says why it did. May be dropped at any await and called again: nothing that
    /// was read is lost.
    pub(super) async fn run(&mut self, inbox: &mut Inbox) -> Error {
        // One timer for many bursts: it is set anew only when it has rung, and then for what is due by then.
        let mut timer = self.clock.sleep(self.due());
        loop {
            let done = tokio::select! {
                biased;
                () = &mut timer => {
                    let done = self.look_after().await;
                    timer = self.clock.sleep(self.due());
                    done
                }
                read = inbox.receive(&mut self.wire) => {
                    // While the consumer has no room, the socket is not read, and that time is not the platform's silence.
                    self.last_seen = self.clock.monotonic();
                    inbox.mailbox.room().await;
                    self.last_seen = self.clock.monotonic();
                    read
                }
            };
            if let Err(error) = done {
                return error;
            }
        }
    }

    /// How long until the next ping, or until the silence has lasted too long.
    fn due(&self) -> Duration {
        let wake = self.next_ping.min(self.last_seen + self.config.silence);
        wake.saturating_sub(self.clock.monotonic())
    }

    /// Pings when it is time to, and takes the connection for dead when nothing came for too long.
    async fn look_after(&mut self) -> Result<()> {
        let now = self.clock.monotonic();
        if now.saturating_sub(self.last_seen) >= self.config.silence {
            return Err(Error::new(
                ErrorKind::Timeout,
                format!(
                    "nothing arrived for {} s; the connection is dead",
                    self.config.silence.as_secs_f64()
                ),
            ));
        }
        if now >= self.next_ping {
            self.next_ping = now + self.config.ping_interval;
            if !self.wire.ping(self.config.write_timeout).await.map_err(broken)? {
                return Err(Error::new(ErrorKind::Timeout, "the connection takes no more data"));
            }
        }
        Ok(())
    }

    /// Tells the platform that we go, so that it frees the device set at once. Best effort.
    pub(super) async fn hang_up(self, farewell: Farewell) {
        let leave = self.wire.close(farewell == Farewell::Polite);
        let _ = timeout(FAREWELL, leave).await;
    }
}

/// Where a connection puts what it reads. One for all connections that follow one another.
pub(super) struct Inbox {
    mailbox: Arc<Mailbox>,
    counters: Arc<Counters>,
    clock: SharedClock,
    decoder: Decoder,
    /// The burst at hand.
    rows: Columns,
    /// When the burst at hand was received, in µs since 1970.
    received_at: i64,
    bytes: u64,
    unusual: u64,
    /// When frames arrived last, by the monotonic clock.
    last_frames: Option<Duration>,
}

impl Inbox {
    pub(super) fn new(
        mailbox: Arc<Mailbox>,
        counters: Arc<Counters>,
        clock: SharedClock,
        names: Arc<Dictionary>,
    ) -> Self {
        Self {
            mailbox,
            counters,
            clock,
            decoder: Decoder::new(names),
            rows: Columns::default(),
            received_at: 0,
            bytes: 0,
            unusual: 0,
            last_frames: None,
        }
    }

    /// When frames arrived last since this was asked last.
    pub(super) fn take_last_frames(&mut self) -> Option<Duration> {
        self.last_frames.take()
    }

    /// Waits for the next burst, and delivers it. May be dropped while it waits.
    async fn receive(&mut self, wire: &mut Wire) -> Result<()> {
        self.received_at = 0;
        let ended = wire.read(|text| self.accept(text)).await;
        self.deliver();
        ended.map_err(|ended| match ended {
            Ended::Closed(frame) => closed_by_peer(frame),
            Ended::Broken(error) => broken(error),
            Ended::Silent => Error::new(ErrorKind::Connection, "the platform ended the stream"),
        })
    }

    fn accept(&mut self, text: &str) {
        if self.received_at == 0 {
            // All of a burst was received when its first message was read.
            self.received_at = self.clock.now().as_microsecond();
            self.rows = self.mailbox.spare_rows();
        }
        self.bytes += text.len() as u64;
        match self.decoder.frame(text, self.received_at, &mut self.rows) {
            Ok(Path::Fast) => {}
            Ok(Path::General) => self.unusual += 1,
            Err(error) => {
                count(&self.counters.malformed, 1);
                let sample: String = text.chars().take(SAMPLE).collect();
                tracing::debug!(%error, sample, "a message is no telemetry frame");
            }
        }
    }

    /// The burst ends.
    fn deliver(&mut self) {
        count(&self.counters.bytes, std::mem::take(&mut self.bytes));
        count(&self.counters.unusual, std::mem::take(&mut self.unusual));
        if !self.rows.is_empty() {
            self.last_frames = Some(self.clock.monotonic());
            self.mailbox.push(&mut self.rows);
        }
        self.mailbox.take_back(std::mem::take(&mut self.rows));
    }
}
