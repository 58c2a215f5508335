//! Delivery to a listener, by a thread of its own: foreign code never runs on a thread that reads sockets.

use std::{ops::Deref, sync::Arc, thread};

use super::{
    control::StreamControl,
    event::{Batch, StatusEvent},
    gap::Gap,
    subscription::Subscription,
};
use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
};

/// The largest batch that a listener gets.
const MAX_ROWS: usize = 4096;
/// A listener that fails this often, with no batch that went well in between, is detached.
const MAX_FAILURES: u32 = 10;

/// Is told what a stream delivers, always from one and the same thread.
///
/// Batches form by themselves: whatever has arrived while the listener was busy comes at once when it is free. A
/// failure (the text says what) is counted; ten of them, with no batch that went well in between, end the
/// subscription.
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

/// A running delivery to a listener. Dropping it closes it. What can be done to it stands at [`StreamControl`]. When it is
/// closed, a batch that is being delivered is finished, and what had already arrived is delivered, too.
#[derive(Debug)]
pub struct ListenerHandle(StreamControl);

impl Client {
    /// Delivers the live telemetry of these chargers to a listener until the handle is closed.
    pub fn subscribe<I>(&self, devices: I, listener: Arc<dyn TelemetryListener>) -> Result<ListenerHandle>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let subscription = self.telemetry(devices)?;
        let control = subscription.control();
        thread::Builder::new()
            .name("tellus-listener".into())
            .spawn(move || dispatch(&subscription, &*listener))
            .map_err(|error| {
                Error::new(ErrorKind::Closed, "the system gives no thread for the listener").with_source(error)
            })?;
        Ok(ListenerHandle(control))
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
    subscription.count_failure();
    let line = reason.lines().next().unwrap_or_default();
    tracing::warn!(reason = line, "the listener failed");
}

impl ListenerHandle {
    /// The control by itself, e.g. for another thread. It does not keep the delivery going.
    pub fn control(&self) -> StreamControl {
        self.0.clone()
    }
}

impl Deref for ListenerHandle {
    type Target = StreamControl;

    fn deref(&self) -> &StreamControl {
        &self.0
    }
}

impl Drop for ListenerHandle {
    fn drop(&mut self) {
        self.close();
    }
}
