//! Delivery to a listener, by a thread of its own: foreign code never runs on a thread that reads sockets.

use std::{collections::HashMap, sync::Arc, thread};

use super::{
    event::{Batch, StatusEvent},
    frames::Frames,
    gap::Gap,
    stats::{StreamStats, count},
    subscription::Subscription,
};
use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
};

/// The largest batch that a listener gets.
const MAX_ROWS: usize = 4096;
/// A listener that fails this often in a row is detached.
const MAX_FAILURES: u32 = 10;

/// Is told what a stream delivers, always from one and the same thread.
///
/// Batches form by themselves: whatever has arrived while the listener was busy comes at once when it is free. A
/// failure (the text says what) is counted; ten in a row end the subscription.
pub trait TelemetryListener: Send + Sync {
    /// Frames have arrived.
    fn on_batch(&self, batch: &Batch) -> std::result::Result<(), String>;
    /// A connection of the stream does something else now. The last one of each is `Closed` or `Failed`.
    fn on_status(&self, event: &StatusEvent) -> std::result::Result<(), String>;
    /// A gap has opened or closed.
    fn on_gap(&self, gap: &Gap) -> std::result::Result<(), String> {
        let _ = gap;
        Ok(())
    }
}

/// A running delivery to a listener. Dropping it closes it.
#[derive(Debug)]
pub struct ListenerHandle(Arc<Subscription>);

impl Client {
    /// Delivers the live telemetry of these chargers to a listener until the handle is closed.
    pub fn subscribe<I>(&self, devices: I, listener: Arc<dyn TelemetryListener>) -> Result<ListenerHandle>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let subscription = Arc::new(self.telemetry(devices)?);
        let pulled = subscription.clone();
        thread::Builder::new()
            .name("tellus-listener".into())
            .spawn(move || dispatch(&pulled, &*listener))
            .map_err(|error| {
                Error::new(ErrorKind::Closed, "the system gives no thread for the listener").with_source(error)
            })?;
        Ok(ListenerHandle(subscription))
    }
}

/// One call of a listener.
#[derive(Clone, Copy)]
enum Call<'a> {
    Status(&'a StatusEvent),
    Gap(&'a Gap),
    Batch,
}

fn dispatch(subscription: &Subscription, listener: &dyn TelemetryListener) {
    let mut failures = 0;
    // The end, also a failure, was told as a status before.
    while let Ok(Some(batch)) = subscription.next_batch_blocking(MAX_ROWS, None) {
        let calls = batch.events.iter().map(Call::Status);
        let (opened, closed): (Vec<_>, Vec<_>) = batch.gaps.iter().partition(|gap| gap.is_open());
        let calls = calls.chain(opened.into_iter().map(Call::Gap));
        let calls = calls.chain((!batch.frames.is_empty()).then_some(Call::Batch));
        for call in calls.chain(closed.into_iter().map(Call::Gap)) {
            let result = match call {
                Call::Status(event) => listener.on_status(event),
                Call::Gap(gap) => listener.on_gap(gap),
                Call::Batch => listener.on_batch(&batch),
            };
            match result {
                // Gaps and states are few beside frames: that they go well says little.
                Ok(()) if matches!(call, Call::Batch) => failures = 0,
                Ok(()) => {}
                Err(reason) => {
                    failures += 1;
                    report(subscription, &reason);
                }
            }
            if failures >= MAX_FAILURES {
                break;
            }
        }
        if failures >= MAX_FAILURES {
            tracing::error!(failures, "the listener failed too often in a row and is detached");
            subscription.close();
            return;
        }
    }
}

/// Counts and logs a failure; of the reason the first line, since some languages hand over whole stack traces.
fn report(subscription: &Subscription, reason: &str) {
    count(&subscription.counters.listener_failures, 1);
    let line = reason.lines().next().unwrap_or_default();
    tracing::warn!(reason = line, "the listener failed");
}

impl ListenerHandle {
    /// Ends the delivery. Returns at once; may be called more than once, also from inside the listener. A batch that is
    /// being delivered is finished, and what had already arrived is delivered, too.
    pub fn close(&self) {
        self.0.close();
    }

    /// Whether [`ListenerHandle::close`] was called, or the listener was detached.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// See [`Subscription::add`].
    pub fn add(&self, devices: Vec<String>) -> Result<()> {
        self.0.add(devices)
    }

    /// See [`Subscription::remove`].
    pub fn remove(&self, devices: Vec<String>) {
        self.0.remove(devices);
    }

    /// See [`Subscription::devices`].
    pub fn devices(&self) -> Vec<String> {
        self.0.devices()
    }

    /// See [`Subscription::pause`].
    pub fn pause(&self) {
        self.0.pause();
    }

    /// See [`Subscription::resume`].
    pub fn resume(&self) {
        self.0.resume();
    }

    /// See [`Subscription::network_changed`].
    pub fn network_changed(&self) {
        self.0.network_changed();
    }

    /// See [`Subscription::snapshot`].
    pub fn snapshot(&self) -> Frames {
        self.0.snapshot()
    }

    /// See [`Subscription::gaps`].
    pub fn gaps(&self) -> Vec<Gap> {
        self.0.gaps()
    }

    /// See [`Subscription::drops`].
    pub fn drops(&self) -> HashMap<String, u64> {
        self.0.drops()
    }

    /// What the stream has counted so far.
    pub fn stats(&self) -> StreamStats {
        self.0.stats()
    }
}

impl Drop for ListenerHandle {
    fn drop(&mut self) {
        self.close();
    }
}
