//! ONE socket from the handshake to its end. Knows no retry.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, SinkExt, StreamExt};
use http::{HeaderMap, header};
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        protocol::{WebSocketConfig, frame::coding::CloseCode},
    },
};
use url::Url;

use super::{
    columns::Columns,
    decode::{Decoder, Path},
    machine::Farewell,
    mailbox::Mailbox,
    names::Dictionary,
    stats::{Counters, count},
};
use crate::{
    auth::Token,
    clock::SharedClock,
    config::StreamConfig,
    envelope,
    error::{Error, ErrorKind, Result},
    net::dial::{Dialer, Socket},
    secret::bearer,
};

/// Messages that are read before anything else gets a turn.
const BURST: usize = 256;
/// Larger buffers cost more than they save: the whole buffer is cleared for every read.
const READ_BUFFER: usize = 16 << 10;
/// Pings and closes are all that is ever written.
const WRITE_BUFFER: usize = 256 << 10;
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
    socket: WebSocketStream<Box<dyn Socket>>,
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
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_write_buffer_size(WRITE_BUFFER)
            .max_message_size(Some(target.stream.max_message))
            .max_frame_size(Some(target.stream.max_message));
        let upgrade = client_async_with_config(request, socket, Some(config));
        match timeout(target.dialer.timeouts.upgrade, upgrade).await {
            Ok(Ok((socket, _))) => {
                let now = target.clock.monotonic();
                Ok(Self {
                    socket,
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
                message = self.socket.next() => self.read(message, inbox).await,
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
            let ping = self.socket.send(Message::Ping(Vec::new().into()));
            match timeout(self.config.write_timeout, ping).await {
                Ok(sent) => sent.map_err(broken)?,
                Err(_) => return Err(Error::new(ErrorKind::Timeout, "the connection takes no more data")),
            }
        }
        Ok(())
    }

    /// Takes in the message at hand and all others that have already arrived, up to a bound; waits for room then.
    async fn read(&mut self, first: Option<tungstenite::Result<Message>>, inbox: &mut Inbox) -> Result<()> {
        inbox.begin();
        let mut end = handle(first, inbox);
        for _ in 1..BURST {
            if end.is_err() {
                break;
            }
            match self.socket.next().now_or_never() {
                Some(message) => end = handle(message, inbox),
                None => break,
            }
        }
        inbox.deliver();
        end?;
        // While the consumer has no room, the socket is not read, and that time is not the platform's silence.
        self.last_seen = self.clock.monotonic();
        inbox.mailbox.room().await;
        self.last_seen = self.clock.monotonic();
        Ok(())
    }

    /// Tells the platform that we go, so that it frees the device set at once. Best effort.
    pub(super) async fn hang_up(mut self, farewell: Farewell) {
        let frame = tungstenite::protocol::CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        };
        let leave = async {
            if self.socket.close(Some(frame)).await.is_ok() && farewell == Farewell::Polite {
                // What still comes is not read: whoever hangs up has said that the devices are not observed.
                while let Some(Ok(_)) = self.socket.next().await {}
            }
        };
        let _ = timeout(FAREWELL, leave).await;
    }
}

/// Where a connection puts what it reads. One for all connections that follow one another.
pub(super) struct Inbox {
    mailbox: Arc<Mailbox>,
    counters: Arc<Counters>,
    clock: SharedClock,
    decoder: Decoder,
    /// The burst at hand. Kept, so that its memory is used again.
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

    /// A burst begins: all of it was received now.
    fn begin(&mut self) {
        self.received_at = self.clock.now().as_microsecond();
    }

    fn accept(&mut self, text: &str) {
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
    }
}

/// Takes one message in.
fn handle(message: Option<tungstenite::Result<Message>>, inbox: &mut Inbox) -> Result<()> {
    match message {
        Some(Ok(Message::Text(text))) => inbox.accept(text.as_str()),
        Some(Ok(Message::Close(frame))) => return Err(closed_by_peer(frame)),
        // Pings are answered by the library; binary messages have no meaning here.
        Some(Ok(_)) => {}
        Some(Err(error)) => return Err(broken(error)),
        None => return Err(Error::new(ErrorKind::Connection, "the platform ended the stream")),
    }
    Ok(())
}

/// A handshake that was answered with something else than the upgrade.
fn refusal(error: tungstenite::Error) -> Error {
    match error {
        tungstenite::Error::Http(response) => {
            let status = response.status().as_u16();
            let body = response.body().as_deref().unwrap_or_default();
            match envelope::open::<serde::de::IgnoredAny>(status, response.headers(), body) {
                Err(error) => error,
                Ok(_) => Error::new(
                    ErrorKind::Server,
                    "the platform answered the stream's upgrade with a plain reply; a proxy may not support WebSockets",
                )
                .with_http_status(status),
            }
        }
        other => broken(other),
    }
}

fn broken(error: tungstenite::Error) -> Error {
    let reason = match &error {
        tungstenite::Error::Capacity(what) => format!("the platform sent too large a message: {what}"),
        tungstenite::Error::Io(what) => format!("the stream's connection broke: {what}"),
        // The texts of the others hold no URL and no header.
        other => format!("the stream broke: {other}"),
    };
    Error::new(ErrorKind::Connection, reason).with_source(error)
}

fn closed_by_peer(frame: Option<tungstenite::protocol::CloseFrame>) -> Error {
    let reason = match frame {
        Some(frame) => format!("the platform closed the stream ({}: {})", frame.code, frame.reason),
        None => "the platform closed the stream".to_owned(),
    };
    Error::new(ErrorKind::Connection, reason)
}
