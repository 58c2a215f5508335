//! Stands between the socket and the WebSocket library, and decides how much of what has arrived the library gets to see.
//!
//! Nearly every frame of a stream is a whole text message, which is read where it lies. All others go through the library,
//! which so keeps the protocol: pings, closing, fragments, masks, limits, whatever is odd.

use std::{
    io,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use bytes::{Buf, BytesMut};
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use crate::net::dial::Socket;

/// Room for what is waited for: little, since a fleet has many sockets, and most of them wait.
const WAITING: usize = 2 << 10;
/// Room for more that has arrived meanwhile.
const ARRIVED: usize = 64 << 10;
/// A reply's head that is longer than this is not waited for.
const MAX_HEAD: usize = 64 << 10;
const ACCEPTED: &[u8] = b"HTTP/1.1 101";
const HEAD_END: &[u8] = b"\r\n\r\n";

/// Who gets what arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// The library, up to the end of an accepting reply's head: frames may lie behind it.
    Handshake,
    /// The library gets what it is handed, piece by piece.
    Pieces,
    /// The library, all of it.
    Open,
}

/// The socket as the library sees it.
pub(super) struct Gate {
    socket: Box<dyn Socket>,
    mode: Mode,
    /// What has arrived and is nobody's yet.
    pub(super) arrived: BytesMut,
    /// What the library may read.
    handed: BytesMut,
}

impl Gate {
    pub(super) fn new(socket: Box<dyn Socket>) -> Self {
        Self {
            socket,
            mode: Mode::Handshake,
            arrived: BytesMut::new(),
            handed: BytesMut::new(),
        }
    }

    /// The upgrade is through: from here on the library gets what it is handed.
    pub(super) fn upgraded(&mut self) {
        self.mode = Mode::Pieces;
        // It has been read, and would hold on to the memory of what arrived with it.
        self.handed = BytesMut::new();
    }

    /// The library may read everything from here on.
    pub(super) fn open(&mut self) {
        self.mode = Mode::Open;
    }

    /// Lets the library have this.
    pub(super) fn hand(&mut self, piece: &[u8]) {
        self.handed.extend_from_slice(piece);
    }

    /// Waits until something has arrived, and says how much; 0 at the end. Loses nothing if dropped while it waits.
    pub(super) async fn wait(&mut self) -> io::Result<usize> {
        if self.arrived.is_empty() && self.arrived.capacity() > 2 * WAITING {
            // What follows may be long in coming.
            self.arrived = BytesMut::new();
        }
        self.fill(WAITING).await
    }

    /// What more has arrived, if anything has.
    pub(super) fn more(&mut self) -> Option<io::Result<usize>> {
        self.fill(ARRIVED).now_or_never()
    }

    async fn fill(&mut self, room: usize) -> io::Result<usize> {
        self.arrived.reserve(room);
        self.socket.read_buf(&mut self.arrived).await
    }

    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        pin!(self.fill(WAITING)).poll(context)
    }

    /// In a handshake: what of all that has arrived the library may have; `None` if more has to arrive first.
    fn head(&self) -> Option<usize> {
        let all = &self.arrived[..];
        if !ACCEPTED.starts_with(&all[..all.len().min(ACCEPTED.len())]) || all.len() > MAX_HEAD {
            // A refusal's body belongs to it.
            return Some(all.len());
        }
        all.windows(HEAD_END.len())
            .position(|place| place == HEAD_END)
            .map(|place| place + HEAD_END.len())
    }
}

impl AsyncRead for Gate {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.handed.is_empty() {
            match this.mode {
                // Whoever hands pieces reads the socket as well, and looks again after the next piece.
                Mode::Pieces => return Poll::Pending,
                Mode::Open if !this.arrived.is_empty() => this.handed = this.arrived.split(),
                Mode::Open => {
                    if ready!(this.poll_fill(context))? == 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
                Mode::Handshake => {
                    let ended = ready!(this.poll_fill(context))? == 0;
                    match this.head() {
                        Some(length) => this.handed = this.arrived.split_to(length),
                        None if ended => this.handed = this.arrived.split(),
                        None => {}
                    }
                    if ended && this.handed.is_empty() {
                        return Poll::Ready(Ok(()));
                    }
                }
            }
        }
        let length = this.handed.len().min(out.remaining());
        out.put_slice(&this.handed[..length]);
        this.handed.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Gate {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
