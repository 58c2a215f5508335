//! Wakes an event loop from a thread that never touches Python.

#[cfg(unix)]
use std::{
    io::{Read, Write},
    os::{fd::AsRawFd, unix::net::UnixStream},
};

use pyo3::{intern, prelude::*};

use crate::bridge;

/// How a loop is woken.
pub(crate) enum Wake {
    /// A byte into a socket whose other end the loop watches.
    #[cfg(unix)]
    BySocket { here: UnixStream, there: UnixStream },
    /// Our Python thread asks the loop to call the port with this number: for loops that watch no sockets of others, as
    /// Windows' usual one.
    ByThread(u64),
}

impl Wake {
    /// The cheap way, where the system has it.
    pub(crate) fn by_socket() -> Option<Self> {
        #[cfg(unix)]
        {
            let (here, there) = UnixStream::pair().ok()?;
            here.set_nonblocking(true).ok()?;
            there.set_nonblocking(true).ok()?;
            Some(Self::BySocket { here, there })
        }
        #[cfg(not(unix))]
        None
    }

    /// Has the loop watch for the wake-up and then call `port`; `false` if it cannot.
    pub(crate) fn is_watched(&self, event_loop: &Bound<'_, PyAny>, port: &Bound<'_, PyAny>) -> bool {
        match self {
            #[cfg(unix)]
            Self::BySocket { there, .. } => event_loop
                .call_method1(intern!(event_loop.py(), "add_reader"), (there.as_raw_fd(), port))
                .is_ok(),
            Self::ByThread(_) => true,
        }
    }

    /// Wakes the loop.
    pub(crate) fn wake(&self) {
        match self {
            #[cfg(unix)]
            // Full means that the loop has more than enough reason to wake.
            Self::BySocket { here, .. } => drop((&mut &*here).write(&[0])),
            Self::ByThread(port) => bridge::call_soon(*port),
        }
    }

    /// The loop is awake: what woke it has served.
    pub(crate) fn heard(&self) {
        match self {
            #[cfg(unix)]
            Self::BySocket { there, .. } => drop((&mut &*there).read(&mut [0; 64])),
            Self::ByThread(_) => {}
        }
    }
}
