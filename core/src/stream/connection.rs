//! ONE socket from the handshake to its end. Knows no retry.

use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use http::{HeaderMap, header};
use tokio::{sync::watch, time::timeout};
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
    decode,
    mailbox::Mailbox,
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

/// What a connection needs to know to be opened.
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) dialer: Dialer,
    pub(super) headers: HeaderMap,
    pub(super) stream: StreamConfig,
}

/// An open connection.
pub(super) struct Connection(WebSocketStream<Box<dyn Socket>>);

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
            Ok(Ok((socket, _))) => Ok(Self(socket)),
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

    /// Reads until the connection ends, and says why it did. `Ok` if `closed` turned true.
    pub(super) async fn run(
        mut self,
        config: &StreamConfig,
        clock: &SharedClock,
        inbox: &mut Inbox<'_>,
        closed: &mut watch::Receiver<bool>,
    ) -> Result<()> {
        let mut last_seen = clock.monotonic();
        let mut next_ping = last_seen + config.ping_interval;
        loop {
            let now = clock.monotonic();
            let wake = next_ping.min(last_seen + config.silence);
            tokio::select! {
                biased;
                () = until_closed(closed) => {
                    self.say_goodbye(config.write_timeout).await;
                    return Ok(());
                }
                () = clock.sleep(wake.saturating_sub(now)) => {
                    let now = clock.monotonic();
                    if now.saturating_sub(last_seen) >= config.silence {
                        return Err(Error::new(
                            ErrorKind::Timeout,
                            format!("nothing arrived for {} s; the connection is dead", config.silence.as_secs_f64()),
                        ));
                    }
                    self.ping(config.write_timeout).await?;
                    next_ping = now + config.ping_interval;
                }
                message = self.0.next() => {
                    let end = self.read_burst(message, inbox);
                    last_seen = clock.monotonic();
                    inbox.deliver(last_seen);
                    end?;
                    // While the consumer has no room, the socket is not read; closing must still work.
                    tokio::select! {
                        biased;
                        () = until_closed(closed) => {}
                        () = inbox.mailbox.room() => {}
                    }
                    // The time that the consumer took is not the platform's silence.
                    last_seen = clock.monotonic();
                }
            }
        }
    }

    /// Takes the message at hand and all others that have already arrived.
    fn read_burst(&mut self, first: Option<tungstenite::Result<Message>>, inbox: &mut Inbox<'_>) -> Result<()> {
        handle(first, inbox)?;
        for _ in 1..BURST {
            match self.0.next().now_or_never() {
                Some(message) => handle(message, inbox)?,
                None => break,
            }
        }
        Ok(())
    }

    async fn ping(&mut self, limit: Duration) -> Result<()> {
        match timeout(limit, self.0.send(Message::Ping(Vec::new().into()))).await {
            Ok(sent) => sent.map_err(broken),
            Err(_) => Err(Error::new(ErrorKind::Timeout, "the connection takes no more data")),
        }
    }

    /// Tells the platform that we go, so that it frees the subscription at once. Best effort.
    async fn say_goodbye(&mut self, limit: Duration) {
        let frame = tungstenite::protocol::CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        };
        let _ = timeout(limit.min(Duration::from_secs(1)), self.0.close(Some(frame))).await;
    }
}

/// Where a connection puts what it reads.
pub(super) struct Inbox<'a> {
    pub(super) mailbox: &'a Mailbox,
    pub(super) counters: &'a Counters,
    pub(super) clock: &'a SharedClock,
    /// Called when frames were delivered, with the monotonic time.
    pub(super) on_frames: &'a mut (dyn FnMut(Duration) + Send),
    pub(super) names: &'a super::names::Dictionary,
    rows: Columns,
}

impl<'a> Inbox<'a> {
    pub(super) fn new(
        mailbox: &'a Mailbox,
        counters: &'a Counters,
        clock: &'a SharedClock,
        names: &'a super::names::Dictionary,
        on_frames: &'a mut (dyn FnMut(Duration) + Send),
    ) -> Self {
        Self {
            mailbox,
            counters,
            clock,
            names,
            on_frames,
            rows: Columns::default(),
        }
    }

    fn accept(&mut self, text: &str) {
        count(&self.counters.bytes, text.len() as u64);
        match decode::rows(text, self.clock.now(), self.names, &mut self.rows) {
            Ok(()) => {}
            Err(error) => {
                count(&self.counters.malformed, 1);
                let sample: String = text.chars().take(SAMPLE).collect();
                tracing::debug!(%error, sample, "a message is no telemetry frame");
            }
        }
    }

    fn deliver(&mut self, now: Duration) {
        if !self.rows.is_empty() {
            (self.on_frames)(now);
            self.mailbox.push(&mut self.rows);
        }
    }
}

/// Ends when the stream is closed. A sender that is gone counts as that.
pub(super) async fn until_closed(closed: &mut watch::Receiver<bool>) {
    let _ = closed.wait_for(|closed| *closed).await;
}

/// Takes one message in.
fn handle(message: Option<tungstenite::Result<Message>>, inbox: &mut Inbox<'_>) -> Result<()> {
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
