//! A stream as its owner sees it: pull the next batch, or close.

use std::{ops::Deref, sync::Arc, time::Duration};

use super::{
    control::StreamControl,
    event::Batch,
    fleet::{Fleet, FleetParts},
    mailbox::Mailbox,
    metrics,
    names::Dictionary,
    resync,
    stats::Counters,
};
use crate::{
    client::Client,
    clock::SharedClock,
    error::{Error, Result},
    runtime,
};

/// A telemetry stream to pull from. Dropping it closes it. What can be done to it stands at [`StreamControl`].
#[derive(Debug)]
pub struct Subscription {
    control: StreamControl,
    clock: SharedClock,
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
            control: StreamControl::new(mailbox, counters, fleet),
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
        runtime::inside(take(self.mailbox(), &self.clock, max_rows, max_wait)).await
    }

    /// [`Subscription::next_batch`] for a thread that may wait. Not for a thread of an async runtime.
    pub fn next_batch_blocking(&self, max_rows: usize, max_wait: Option<Duration>) -> Result<Option<Batch>> {
        match max_wait {
            Some(_) => runtime::block_on(take(self.mailbox(), &self.clock, max_rows, max_wait)),
            None => runtime::sleep_until(self.mailbox().take(max_rows)),
        }
    }

    /// The control by itself, e.g. for another thread. It does not keep the stream open.
    pub fn control(&self) -> StreamControl {
        self.control.clone()
    }
}

/// A stream is controlled like any other, whoever gets its frames.
impl Deref for Subscription {
    type Target = StreamControl;

    fn deref(&self) -> &StreamControl {
        &self.control
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.close();
    }
}

/// How often devices that fell silent are looked for: a quarter of the shortest silence that counts by default. More often
/// would wake a phone's process for nothing.
const SILENCE_CHECK: Duration = Duration::from_millis(2500);

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
