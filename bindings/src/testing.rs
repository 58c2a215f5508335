//! What the tests of the faces need and no app does.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tellus_core::{self as core, clock::ManualClock};

use crate::error::TellusError;

/// Panics: in this very call, or in a task of the SDK's own. Shows that a bug in the core becomes an error, whatever it is.
#[uniffi::export]
pub async fn provoke_panic(in_task: bool) -> Result<(), TellusError> {
    Ok(core::provoke_panic(in_task).await?)
}

/// A clock that moves only when told to.
#[derive(Debug, uniffi::Object)]
pub struct TestClock(pub(crate) ManualClock);

#[uniffi::export]
impl TestClock {
    /// A clock that stands at `now`.
    #[uniffi::constructor]
    pub fn new(now: Timestamp) -> Result<Arc<Self>, TellusError> {
        Ok(Arc::new(Self(ManualClock::new(now))))
    }

    /// Moves wall and monotonic time forward, and wakes whoever has slept long enough.
    pub fn advance(&self, by: Duration) -> Result<(), TellusError> {
        self.0.advance(by);
        Ok(())
    }

    /// Moves the wall time only, forward or back.
    pub fn jump_wall_ms(&self, ms: i64) -> Result<(), TellusError> {
        self.0.jump_wall(SignedDuration::from_millis(ms));
        Ok(())
    }

    /// For how long everybody who sleeps on the clock still does so.
    pub fn sleeps(&self) -> Result<Vec<Duration>, TellusError> {
        Ok(self.0.sleeps())
    }
}
