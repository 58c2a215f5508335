//! A stream's connections as their owner steers them. Every call only notes what is wanted, signals, and returns: it may
//! come from any thread, from inside a listener, and more than once.

use std::{future::pending, sync::Arc, time::Duration};

use tokio::sync::watch;

pub(super) use super::roster::FleetParts;
use super::{roster::Roster, sleep::SleepWatch};
use crate::{
    error::{Error, Result},
    runtime,
};

/// The owner's handle. Dropping it closes the stream.
pub(super) struct Fleet(Arc<Roster>);

impl Fleet {
    /// Opens a stream for these devices. The first connection is dialled at once, the others follow one after the other.
    pub(super) fn start(parts: FleetParts, devices: Vec<String>) -> Result<Self> {
        if devices.is_empty() {
            return Err(Error::invalid("devices", "is empty; name at least one device"));
        }
        let client_closed = parts.client_closed.clone();
        let roster = Arc::new(Roster::new(parts));
        let given = devices.len();
        let wanted = roster.check(devices)?;
        if wanted.is_empty() {
            return Err(Error::invalid(
                "devices",
                format_args!("none of the {given} belongs to this process's part (stream.partition)"),
            ));
        }
        roster.add(wanted)?;
        runtime::spawn(keep(roster.clone(), client_closed));
        Ok(Self(roster))
    }

    /// Adds devices; those that are there already stay as they are, those of another process's part are left to it.
    /// Connections with room take them, and are dialled anew for that; for the rest there are new ones.
    pub(super) fn add(&self, devices: Vec<String>) -> Result<()> {
        let wanted = self.0.check(devices)?;
        self.0.add(wanted)
    }

    /// Lets devices go; those that are not there do not matter. Their connections are dialled anew without them, or closed
    /// if nothing is left. The stream is closed when its last device goes.
    pub(super) fn remove(&self, devices: Vec<String>) {
        self.0.remove(&devices);
    }

    /// Closes all connections until [`Fleet::resume`].
    pub(super) fn pause(&self) {
        self.0.pause(true);
    }

    /// Opens all connections again.
    pub(super) fn resume(&self) {
        self.0.pause(false);
    }

    /// Opens all connections anew, and cuts waits short: what stands may be dead, what failed may work now.
    pub(super) fn network_changed(&self) {
        self.0.wake(Duration::ZERO);
    }

    /// Ends the stream.
    pub(super) fn close(&self) {
        self.0.close();
    }

    /// Whether [`Fleet::close`] was called, or the stream has ended by itself.
    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// The devices that this stream carries, in alphabetical order.
    pub(super) fn devices(&self) -> Vec<String> {
        self.0.devices()
    }

    /// How many connections there are, open or on the way to it.
    pub(super) fn connections(&self) -> usize {
        self.0.connections()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.close();
    }
}

/// Closes the stream with its client, and wakes it when the machine has slept. Ends with the stream.
async fn keep(fleet: Arc<Roster>, mut client_closed: watch::Receiver<bool>) {
    let mut sleep = SleepWatch::new(fleet.parts.clock.clone(), fleet.parts.config.sleep_threshold);
    let until_client_closes = async {
        // A client that was merely let go of does not count: the stream goes on.
        if client_closed.wait_for(|closed| *closed).await.is_err() {
            pending::<()>().await;
        }
        fleet.close();
        pending::<()>().await;
    };
    let wake = async {
        loop {
            let slept = sleep.slept().await;
            tracing::info!(?slept, "the machine slept; all connections are opened anew");
            fleet.wake(slept);
        }
    };
    tokio::select! {
        () = fleet.until_ended() => {}
        () = until_client_closes => {}
        () = wake => {}
    }
}
