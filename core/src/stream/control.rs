//! What can be done to a stream while it runs, however it delivers.

use std::{collections::HashMap, fmt, sync::Arc};

use super::{
    fleet::Fleet,
    frames::Frames,
    gap::Gap,
    mailbox::Mailbox,
    stats::{Counters, StreamStats, count},
};
use crate::error::Result;

/// The control of a stream: of one to pull from, and of one with a listener. Cloning is cheap, all clones control the same
/// stream, and dropping one changes nothing. Everything returns at once, and may be called from anywhere, also from inside a
/// listener.
#[derive(Clone)]
pub struct StreamControl(Arc<Parts>);

struct Parts {
    mailbox: Arc<Mailbox>,
    counters: Arc<Counters>,
    fleet: Fleet,
}

impl StreamControl {
    pub(super) fn new(mailbox: Arc<Mailbox>, counters: Arc<Counters>, fleet: Fleet) -> Self {
        Self(Arc::new(Parts {
            mailbox,
            counters,
            fleet,
        }))
    }

    pub(super) fn mailbox(&self) -> &Mailbox {
        &self.0.mailbox
    }

    /// A call of the listener has failed.
    pub(super) fn count_failure(&self) {
        count(&self.0.counters.listener_failures, 1);
    }

    /// Ends the stream. May be called more than once. What has already arrived can still be pulled, or is still delivered.
    pub fn close(&self) {
        self.0.fleet.close();
    }

    /// Whether the stream was closed: by [`StreamControl::close`], or because its listener failed too often.
    pub fn is_closed(&self) -> bool {
        self.0.fleet.is_closed()
    }

    /// Adds devices; those that are there already stay as they are. Connections with room take them, and are opened anew
    /// for that; for the rest there are new ones.
    pub fn add(&self, devices: Vec<String>) -> Result<()> {
        self.0.fleet.add(devices)
    }

    /// Lets devices go; those that are not there do not matter. Their connections are opened anew without them. The stream
    /// is closed when its last device goes.
    pub fn remove(&self, devices: Vec<String>) {
        self.0.fleet.remove(devices);
    }

    /// Closes all connections until [`StreamControl::resume`], e.g. while an app is in the background. Its devices have a
    /// gap meanwhile. May be called more than once.
    pub fn pause(&self) {
        self.0.fleet.pause();
    }

    /// Opens all connections again.
    pub fn resume(&self) {
        self.0.fleet.resume();
    }

    /// Tells that the network is another one, e.g. cellular after Wi-Fi: opens all connections anew, since what stands may
    /// be dead, and cuts waits short.
    pub fn network_changed(&self) {
        self.0.fleet.network_changed();
    }

    /// How many connections there are, open or on the way to it.
    pub fn connections(&self) -> usize {
        self.0.fleet.connections()
    }

    /// The devices, each once, in alphabetical order.
    pub fn devices(&self) -> Vec<String> {
        self.0.fleet.devices()
    }

    /// The newest reading of every connector, in the order of the devices' codes. Takes nothing away from what is delivered.
    pub fn snapshot(&self) -> Frames {
        self.0.mailbox.snapshot()
    }

    /// When which device was not observed, and why: the gaps that lasted or last up to what has been delivered so far, by
    /// the time at which they were noticed. The newest 65,536 that ended are kept (`stream.gaps_kept`).
    pub fn gaps(&self) -> Vec<Gap> {
        self.0.mailbox.gaps()
    }

    /// How many frames of which device were dropped by the overflow policy. Devices without drops are left out.
    pub fn drops(&self) -> HashMap<String, u64> {
        self.0.mailbox.drops()
    }

    /// What the stream has counted so far.
    pub fn stats(&self) -> StreamStats {
        self.0.mailbox.stats()
    }
}

impl fmt::Debug for StreamControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamControl")
            .field("devices", &self.devices().len())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
