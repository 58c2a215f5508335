//! What a connection's machine is told, what it says in turn, and the states it is in between.

use std::time::Duration;

use super::{event::StreamStatus, gap::GapCause, mailbox::End};
use crate::error::Error;

/// What the connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It waits until it may dial.
    Waiting,
    /// A dial is under way.
    Connecting,
    /// The socket stands.
    Live,
    /// It was told to rest.
    Paused,
    /// It ended because it was told to.
    Closed,
    /// It ended because trying again cannot help.
    Failed,
}

/// What happened.
#[derive(Debug, Clone)]
pub(super) enum Input {
    /// The dial led to a socket.
    Opened,
    /// Frames arrived.
    Frames,
    /// The dial failed, or the socket was lost.
    Lost(Error),
    /// The wait is over.
    Elapsed,
    /// The owner wants no connection for now.
    Pause,
    /// The owner wants it again.
    Resume,
    /// The network changed, or the machine slept this long: what stands may be dead, what failed may work now.
    Wake(Duration),
    /// The connection shall carry other devices than it does.
    DevicesChanged,
    /// The end.
    Close,
}

/// What to do about it, in order.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Throw the refused token away.
    Refresh,
    /// Dial, with the devices of this moment.
    Dial,
    /// Let go of the dial, the socket and the wait.
    Hangup(Farewell),
    /// Report [`Input::Elapsed`] after this time. Takes the place of an earlier wait.
    Wait(Duration),
    /// Tell the owner.
    Tell(StreamStatus),
    /// The devices are not observed from now on.
    Unobserved(GapCause),
    /// Nothing more will come.
    End(End),
}

/// How to leave a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Farewell {
    /// Say so, and go: the socket may be dead, or nothing follows.
    Quick,
    /// Say so, and give the platform a moment to answer: it takes one connection for a set of devices, and the next one
    /// must not meet this one.
    Polite,
}
