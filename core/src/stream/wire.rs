//! A WebSocket from which whole text messages are read where they lie. See [`super::gate`] for why.

use std::time::Duration;

use bytes::{Buf, BytesMut};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message,
        handshake::client::Request,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::gate::Gate;
use crate::net::dial::Socket;

/// Read before anything else gets a turn: a busy socket must not starve the others, nor the consumer.
const BURST: usize = 256 << 10;
/// What a read that found a single message brings, at most.
const LITTLE: usize = 1 << 10;
/// The library reads seldom, and little: pings and closes.
const READ_BUFFER: usize = 1 << 7;
/// Pings and closes are all that is ever written.
const WRITE_BUFFER: usize = 256 << 10;

/// The longest head of a frame.
const MAX_HEAD: usize = 14;
const FINAL: u8 = 0x80;
const OPCODE: u8 = 0x0F;
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const MASKED: u8 = 0x80;

/// Why nothing more comes.
#[derive(Debug)]
pub(super) enum Ended {
    /// The platform closed the stream.
    Closed(Option<CloseFrame>),
    /// The socket ended without a word.
    Silent,
    /// The protocol or the socket broke.
    Broken(tungstenite::Error),
}

impl From<tungstenite::Error> for Ended {
    fn from(error: tungstenite::Error) -> Self {
        Self::Broken(error)
    }
}

/// An open WebSocket.
pub(super) struct Wire {
    socket: WebSocketStream<Gate>,
    max_message: usize,
    /// Pieces of a message have come, and more must follow.
    fragmented: bool,
}

impl Wire {
    /// Upgrades a connection.
    pub(super) async fn upgrade(
        request: Request,
        socket: Box<dyn Socket>,
        max_message: usize,
    ) -> tungstenite::Result<Self> {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_write_buffer_size(WRITE_BUFFER)
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message));
        let (socket, _) = client_async_with_config(request, Gate::new(socket), Some(config)).await?;
        // The library would keep for good what it read the reply's head into; nothing is in there, since the gate holds back
        // what lies behind the head.
        let mut gate = socket.into_inner();
        gate.upgraded();
        Ok(Self {
            socket: WebSocketStream::from_raw_socket(gate, Role::Client, Some(config)).await,
            max_message,
            fragmented: false,
        })
    }

    /// Waits until something has arrived, and reads it and whatever else has arrived by then, up to a bound. What was read
    /// before an end is read. May be dropped while it waits: nothing is lost.
    pub(super) async fn read(&mut self, mut on_text: impl FnMut(&str)) -> Result<(), Ended> {
        let mut answered = false;
        let mut length = if self.has_whole_frame() {
            LITTLE
        } else {
            filled(self.socket.get_mut().wait().await)?
        };
        let mut read = 0;
        loop {
            read += self.socket.get_ref().arrived.len();
            self.take_frames(&mut on_text, &mut answered)?;
            // After little there is nothing more, mostly; looking for it would cost more than the little did.
            if length < LITTLE || read >= BURST {
                break;
            }
            match self.socket.get_mut().more() {
                Some(more) => length = filled(more)?,
                None => break,
            }
        }
        if answered {
            // The answer to a ping must not wait for the next one. If the socket takes none, writing will tell in time.
            if let Some(flushed) = self.socket.flush().now_or_never() {
                flushed?;
            }
        }
        Ok(())
    }

    /// Pings, within this time. `Ok(false)` if the socket took no more data.
    pub(super) async fn ping(&mut self, limit: Duration) -> tungstenite::Result<bool> {
        match timeout(limit, self.socket.send(Message::Ping(Vec::new().into()))).await {
            Ok(sent) => sent.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// Says goodbye, and waits for the other side's if `polite`. What still comes is not read.
    pub(super) async fn close(mut self, polite: bool) {
        self.socket.get_mut().open();
        let frame = CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        };
        if self.socket.close(Some(frame)).await.is_ok() && polite {
            while let Some(Ok(_)) = self.socket.next().await {}
        }
    }

    /// Whether a burst was cut short, and there is more to read without waiting.
    fn has_whole_frame(&self) -> bool {
        let arrived = &self.socket.get_ref().arrived;
        Head::of(arrived).is_some_and(|head| arrived.len() - head.length >= head.body)
    }

    /// Reads the frames that have arrived whole.
    fn take_frames(&mut self, on_text: &mut impl FnMut(&str), answered: &mut bool) -> Result<(), Ended> {
        let mut arrived = std::mem::take(&mut self.socket.get_mut().arrived);
        let end = self.take_from(&mut arrived, on_text, answered);
        self.socket.get_mut().arrived = arrived;
        end
    }

    fn take_from(
        &mut self,
        arrived: &mut BytesMut,
        on_text: &mut impl FnMut(&str),
        answered: &mut bool,
    ) -> Result<(), Ended> {
        let mut done = 0;
        let mut end = Ok(());
        while let Some(head) = Head::of(&arrived[done..]) {
            let body = done + head.length;
            if head.body > self.max_message {
                // The library says what is wrong with it, and needs no more than the head for that.
                end = self.pass(&arrived[done..body], on_text, answered);
                break;
            }
            let next = body + head.body;
            let Some(bytes) = arrived.get(body..next) else { break };
            end = match std::str::from_utf8(bytes) {
                Ok(text) if head.plain && !self.fragmented => {
                    on_text(text);
                    Ok(())
                }
                _ => {
                    self.fragmented = head.fragments(self.fragmented);
                    self.pass(&arrived[done..next], on_text, answered)
                }
            };
            done = next;
            if end.is_err() {
                break;
            }
        }
        arrived.advance(done);
        end
    }

    /// Has the library read a frame.
    fn pass(&mut self, frame: &[u8], on_text: &mut impl FnMut(&str), answered: &mut bool) -> Result<(), Ended> {
        self.socket.get_mut().hand(frame);
        match self.socket.next().now_or_never() {
            Some(Some(Ok(Message::Text(text)))) => on_text(text.as_str()),
            Some(Some(Ok(Message::Close(frame)))) => {
                // Our answer goes out with this; the platform may be gone by then.
                let _ = self.socket.flush().now_or_never();
                return Err(Ended::Closed(frame));
            }
            // Pings are answered by the library; binary messages have no meaning here.
            Some(Some(Ok(_))) => *answered = true,
            Some(Some(Err(error))) => return Err(error.into()),
            Some(None) => return Err(Ended::Silent),
            // A piece of a message.
            None => {}
        }
        Ok(())
    }
}

/// Whether the socket goes on.
fn filled(filled: std::io::Result<usize>) -> Result<usize, Ended> {
    match filled {
        Ok(0) => Err(Ended::Silent),
        Ok(length) => Ok(length),
        Err(error) => Err(Ended::Broken(error.into())),
    }
}

/// The head of a frame: RFC 6455, section 5.2.
struct Head {
    /// In bytes.
    length: usize,
    /// How long what follows is, in bytes.
    body: usize,
    /// A whole text message, not masked, without extensions.
    plain: bool,
    first: u8,
}

impl Head {
    /// `None` if it has not arrived whole.
    fn of(bytes: &[u8]) -> Option<Self> {
        let [first, second, rest @ ..] = bytes else { return None };
        let (extra, body) = match second & !MASKED {
            126 => (2, usize::from(u16::from_be_bytes(*rest.first_chunk()?))),
            127 => {
                let length = u64::from_be_bytes(*rest.first_chunk()?);
                (8, usize::try_from(length).unwrap_or(usize::MAX - MAX_HEAD))
            }
            short => (0, usize::from(short)),
        };
        let masked = second & MASKED != 0;
        let length = 2 + extra + if masked { 4 } else { 0 };
        (bytes.len() >= length).then_some(Self {
            length,
            body,
            plain: *first == FINAL | TEXT && !masked,
            first: *first,
        })
    }

    /// Whether pieces of a message must follow this frame.
    fn fragments(&self, before: bool) -> bool {
        match self.first & OPCODE {
            CONTINUATION | TEXT | BINARY => self.first & FINAL == 0,
            _ => before,
        }
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
