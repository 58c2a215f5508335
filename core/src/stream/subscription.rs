//! A stream as its owner sees it: pull the next batch, or close.

use std::{
    collections::{BTreeSet, HashMap},
    convert::Infallible,
    fmt,
    sync::Arc,
    time::Duration,
};

use tokio::sync::watch;

use super::{
    connection::Target,
    event::Batch,
    frames::Frames,
    gap::Gap,
    mailbox::Mailbox,
    names::Dictionary,
    resync,
    stats::{Counters, StreamStats},
    supervisor::Supervisor,
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
    closed: watch::Sender<bool>,
    devices: Vec<String>,
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
        let devices: BTreeSet<String> = devices.into_iter().map(Into::into).collect();
        if devices.is_empty() {
            return Err(Error::invalid("devices", "is empty; name at least one device"));
        }
        for device in &devices {
            if device.trim().is_empty() || device.contains(',') || device.chars().any(char::is_control) {
                return Err(Error::invalid("devices", format_args!("{device:?} is not a device id")));
            }
        }
        let devices: Vec<_> = devices.into_iter().collect();
        let mut url = self.base_url().clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["operator", "stream"]);
        }
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        // Both are "special" schemes, between which the standard allows the change.
        let _ = url.set_scheme(scheme);
        url.query_pairs_mut().append_pair("devices", &devices.join(","));

        let config = self.config();
        let counters = Arc::new(Counters::default());
        let names = Arc::new(Dictionary::default());
        let mailbox = Arc::new(Mailbox::new(
            config.stream,
            config.clock.clone(),
            names.clone(),
            counters.clone(),
        ));
        let codes = names.expect(devices.iter().map(String::as_str));
        mailbox.unobserved(&codes, super::gap::GapCause::Connecting);
        let (closed, is_closed) = watch::channel(false);
        let supervisor = Supervisor {
            target: Target {
                url,
                dialer: self.dialer().clone(),
                headers: self.headers().clone(),
                stream: config.stream,
            },
            tokens: self.tokens().clone(),
            clock: config.clock.clone(),
            mailbox: mailbox.clone(),
            counters: counters.clone(),
            names: names.clone(),
            closed: is_closed,
        };
        watch_over(self, &mailbox, &names);
        let (client_closed, close) = (self.closed(), closed.clone());
        runtime::spawn(async move {
            tokio::select! {
                () = supervisor.run() => {}
                never = close_with_client(client_closed, close) => match never {},
            }
        });
        Ok(Subscription {
            mailbox,
            counters,
            clock: config.clock.clone(),
            closed,
            devices,
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
        runtime::block_on(take(&self.mailbox, &self.clock, max_rows, max_wait))
    }

    /// Ends the stream. Returns at once, may be called more than once and from anywhere, also from inside a listener.
    /// What has already arrived can still be pulled.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Whether [`Subscription::close`] was called.
    pub fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// The devices, each once, in alphabetical order.
    pub fn devices(&self) -> &[String] {
        &self.devices
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

impl Drop for Subscription {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("devices", &self.devices.len())
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

/// Closing the client closes its streams. A client that was merely let go of does not: the stream goes on.
async fn close_with_client(mut client: watch::Receiver<bool>, stream: watch::Sender<bool>) -> Infallible {
    if client.wait_for(|closed| *closed).await.is_ok() {
        stream.send_replace(true);
    }
    std::future::pending().await
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
