//! One connection, with a hold on it from outside: it can be cut off or made to fall silent.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

/// The hold on one connection. Clones hold the same one.
#[derive(Clone)]
pub(crate) struct Wire(Arc<Hold>);

struct Hold {
    number: u64,
    muted: AtomicBool,
    deaf: AtomicBool,
    /// How many bytes may still be written before the connection closes.
    allowance: AtomicUsize,
    cut: watch::Sender<bool>,
}

impl Wire {
    pub(crate) fn new(number: u64) -> Self {
        Self(Arc::new(Hold {
            number,
            muted: AtomicBool::new(false),
            deaf: AtomicBool::new(false),
            allowance: AtomicUsize::new(usize::MAX),
            cut: watch::Sender::new(false),
        }))
    }

    /// The connection's number.
    pub(crate) fn number(&self) -> u64 {
        self.0.number
    }

    /// From now on the connection is a black hole: what is written goes nowhere, what arrives is thrown away. A peer
    /// sees what it would see if the path between the two had died. Only the peer's own end of the connection is
    /// still noticed. There is no way back, a message may be half sent.
    pub(crate) fn mute(&self) {
        self.0.muted.store(true, Ordering::Release);
    }

    /// Whether the connection has fallen silent.
    pub(crate) fn is_muted(&self) -> bool {
        self.0.muted.load(Ordering::Acquire)
    }

    /// From now on what arrives is thrown away; what is written goes out. Only the peer's own end of the connection is
    /// still noticed.
    pub(crate) fn deafen(&self) {
        self.0.deaf.store(true, Ordering::Release);
    }

    /// Closes the connection when this many more bytes were written, be it in the middle of something.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.0.allowance.store(bytes, Ordering::Release);
    }

    /// Closes the connection as soon as its task gets a turn.
    pub(crate) fn cut(&self) {
        self.0.cut.send_replace(true);
    }

    /// True once the connection was told to close.
    pub(crate) fn is_cut(&self) -> bool {
        *self.0.cut.borrow()
    }

    /// Waits for the order to close.
    pub(crate) async fn until_cut(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.0.cut.subscribe().wait_for(|cut| *cut).await;
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Wire").field(&self.0.number).finish()
    }
}

/// The bytes of a connection, under the control of a [`Wire`].
pub(crate) struct Held<T> {
    inner: T,
    wire: Wire,
}

impl<T> Held<T> {
    pub(crate) fn new(inner: T, wire: Wire) -> Self {
        Self { inner, wire }
    }

    fn muted(&self) -> bool {
        self.wire.is_muted()
    }

    fn deaf(&self) -> bool {
        self.muted() || self.wire.0.deaf.load(Ordering::Acquire)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Held<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.deaf() {
            let mut bytes = [0; 4096];
            let mut scratch = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut self.inner).poll_read(context, &mut scratch))?;
            if scratch.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
        Pin::new(&mut self.inner).poll_read(context, into)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Held<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.muted() {
            return Poll::Ready(Ok(bytes.len()));
        }
        let allowance = self.wire.0.allowance.load(Ordering::Acquire);
        if allowance == 0 {
            self.wire.cut();
            // Whoever writes is about to be dropped.
            return Poll::Pending;
        }
        let part = &bytes[..bytes.len().min(allowance)];
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, part))?;
        if allowance != usize::MAX {
            self.wire.cut_after(allowance - written);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.muted() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.muted() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
