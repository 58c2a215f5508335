//! Ending a read early, for languages in which a task that is cancelled does not drop what it waits for.

use std::sync::Arc;

use tellus_core as core;
use tokio::sync::Notify;

use crate::error::TellusError;

/// Ends the read that it is given to. Swift needs it: there, a call that nobody awaits any more would go on to its end,
/// and use up the quota. Commands take none: who goes away does not take them back.
#[derive(Debug, Default, uniffi::Object)]
pub struct Cancellation(Notify);

#[uniffi::export]
impl Cancellation {
    /// For one read.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<Self>, TellusError> {
        Ok(Arc::default())
    }

    /// Ends the read, or keeps it from beginning; it fails with `Closed`.
    pub fn cancel(&self) -> Result<(), TellusError> {
        // One who does not wait yet finds it when they do.
        self.0.notify_one();
        Ok(())
    }
}

/// Waits for a read, unless it is cancelled.
pub(crate) async fn unless<T>(
    cancelled: Option<Arc<Cancellation>>,
    read: impl Future<Output = core::Result<T>>,
) -> Result<T, TellusError> {
    let Some(cancelled) = cancelled else {
        return Ok(read.await?);
    };
    tokio::select! {
        biased;
        () = cancelled.0.notified() => Err(core::Error::closed("cancelled call").into()),
        found = read => Ok(found?),
    }
}
