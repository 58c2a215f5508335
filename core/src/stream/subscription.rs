//! A stream as its owner sees it: pull the next batch, or close.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use super::{
    event::Batch,
    fleet::{Fleet, FleetParts},
    frames::Frames,
    gap::Gap,
    mailbox::Mailbox,
    metrics,
    names::Dictionary,
    resync,
    stats::{Counters, StreamStats},
};
use crate::{
    client::Client,
    clock::SharedClock,
    error::{Error, Result},
    runtime,
};

/// A telemetry stream. Dropping it closes it.
pub struct Subscription {
    mailbox: Arc<Mailbox>,
    pub(super) counters: Arc<Counters>,
    clock: SharedClock,
    fleet: Fleet,
}

impl Client {
    /// Opens a stream with the live telemetry of these chargers (`GET /operator/stream`). Returns at once; the first
    /// batches tell how the connection comes about. A device named twice counts once.
    pub fn telemetry<I>(&self, devices: I) -> Result<Subscription>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        if self.is_closed() {
            return Err(Error::closed("client"));
        }
        let config = self.config();
        let counters = Arc::new(Counters::default());
        let dictionary = Arc::new(Dictionary::default());
        let mailbox = Arc::new(Mailbox::new(
            config.stream,
            config.clock.clone(),
            dictionary.clone(),
            counters.clone(),
        ));
        let parts = FleetParts {
            base_url: self.base_url().clone(),
            dialer: self.dialer().clone(),
            headers: self.headers().clone(),
            tokens: self.tokens().clone(),
            clock: config.clock.clone(),
            config: config.stream,
            mailbox: mailbox.clone(),
            dictionary: dictionary.clone(),
            counters: counters.clone(),
            client_closed: self.closed(),
        };
        let devices = devices.into_iter().map(Into::into).collect();
        let fleet = Fleet::start(parts, devices)?;
        watch_over(self, &mailbox, &dictionary);
        Ok(Subscription {
            fleet,
            mailbox,
            counters,
            clock: config.clock.clone(),
        })
    }
}

impl Subscription {
    /// What arrived since the last call: waits until there is something, at most `max_wait` (for ever if `None`), and
    /// returns at most `max_rows` connector readings. An empty batch means that the time is up, `None` that the stream
    /// is closed and everything was delivered, an error that it failed for good.
    ///
    /// Dropping the future while it waits loses nothing.
    pub async fn next_batch(&self, max_rows: usize, max_wait: Option<Duration>) -> Result<Option<Batch>> {
        // Polled by the caller itself: a task in between could end with a batch that nobody is left to receive.
        runtime::inside(take(&self.mailbox, &self.clock, max_rows, max_wait)).await
    }

    /// [`Subscription::next_batch`] for a thread that may wait. Not for a thread of an async runtime.
    pub fn next_batch_blocking(&self, max_rows: usize, max_wait: Option<Duration>) -> Result<Option<Batch>> {
        match max_wait {
            Some(_) => runtime::block_on(take(&self.mailbox, &self.clock, max_rows, max_wait)),
            None => runtime::sleep_until(self.mailbox.take(max_rows)),
        }
    }

    /// Ends the stream. Returns at once, may be called more than once and from anywhere, also from inside a listener.
    /// What has already arrived can still be pulled.
    pub fn close(&self) {
        self.fleet.close();
    }

    /// Adds devices; those that are there already stay as they are. Connections with room take them, and are opened anew
    /// for that; for the rest there are new ones. Returns at once.
    pub fn add(&self, devices: Vec<String>) -> Result<()> {
        self.fleet.add(devices)
    }

    /// Lets devices go; those that are not there do not matter. Their connections are opened anew without them. The stream
    /// is closed when its last device goes. Returns at once.
    pub fn remove(&self, devices: Vec<String>) {
        self.fleet.remove(devices);
    }

    /// Closes all connections until [`Subscription::resume`], e.g. while an app is in the background. Its devices have a
    /// gap meanwhile. Returns at once; may be called more than once.
    pub fn pause(&self) {
        self.fleet.pause();
    }

    /// Opens all connections again.
    pub fn resume(&self) {
        self.fleet.resume();
    }

    /// Tells that the network is another one, e.g. cellular after Wi-Fi: opens all connections anew, since what stands may
    /// be dead, and cuts waits short. Returns at once.
    pub fn network_changed(&self) {
        self.fleet.network_changed();
    }

    /// How many connections there are, open or on the way to it.
    pub fn connections(&self) -> usize {
        self.fleet.connections()
    }

    /// Whether [`Subscription::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.fleet.is_closed()
    }

    /// The devices, each once, in alphabetical order.
    pub fn devices(&self) -> Vec<String> {
        self.fleet.devices()
    }

    /// The newest reading of every connector, in the order of the devices' codes. Needs no pulling.
    pub fn snapshot(&self) -> Frames {
        self.mailbox.snapshot()
    }

    /// When which device was not observed, and why: the gaps that lasted or last up to what has been pulled so far, by
    /// the time at which they were noticed. The newest 65,536 that ended are kept (`stream.gaps_kept`).
    pub fn gaps(&self) -> Vec<Gap> {
        self.mailbox.gaps()
    }

    /// How many frames of which device were dropped by the overflow policy. Devices without drops are left out.
    pub fn drops(&self) -> HashMap<String, u64> {
        self.mailbox.drops()
    }

    /// What the stream has counted so far.
    pub fn stats(&self) -> StreamStats {
        self.mailbox.stats()
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("devices", &self.devices().len())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// How often devices that fell silent are looked for.
const SILENCE_CHECK: Duration = Duration::from_secs(1);

/// Starts what goes on beside the connections until the stream ends.
fn watch_over(client: &Client, mailbox: &Arc<Mailbox>, names: &Arc<Dictionary>) {
    let config = client.config();
    if config.stream.staleness.is_some() {
        let (watched, clock) = (mailbox.clone(), config.clock.clone());
        runtime::spawn(until_end(mailbox.clone(), async move {
            loop {
                clock.sleep(SILENCE_CHECK).await;
                watched.look_for_silence();
            }
        }));
    }
    let telling = metrics::tell(mailbox.clone(), config.clock.clone());
    runtime::spawn(until_end(mailbox.clone(), telling));
    if let Some(interval) = config.stream.resync_interval {
        let clock = config.clock.clone();
        let asking = resync::run(client.clone(), mailbox.clone(), names.clone(), clock, interval);
        runtime::spawn(until_end(mailbox.clone(), asking));
    }
}

/// Does this until the stream ends.
async fn until_end(mailbox: Arc<Mailbox>, work: impl Future<Output = ()> + Send) {
    tokio::select! {
        () = mailbox.until_finished() => {}
        () = work => {}
    }
}

async fn take(
    mailbox: &Mailbox,
    clock: &SharedClock,
    max_rows: usize,
    max_wait: Option<Duration>,
) -> Result<Option<Batch>> {
    let Some(max_wait) = max_wait else {
        return mailbox.take(max_rows).await;
    };
    tokio::select! {
        biased;
        taken = mailbox.take(max_rows) => taken,
        () = clock.sleep(max_wait) => Ok(Some(Batch::default())),
    }
}
