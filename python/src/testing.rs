//! What only tests use.

use std::time::Duration;

use jiff::SignedDuration;
use pyo3::prelude::*;
use tellus_core::clock::{ManualClock, SharedClock};

use crate::time;

/// A clock that moves only when it is told to: the setting `clock` takes it. All spans are whole milliseconds.
#[pyclass(frozen, module = "tellus._testing", name = "Clock")]
pub(crate) struct TestClock(ManualClock);

impl TestClock {
    /// As the settings take it.
    pub(crate) fn shared(&self) -> SharedClock {
        self.0.shared()
    }
}

#[pymethods]
impl TestClock {
    #[new]
    fn new(start: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(ManualClock::new(time::moment("start", start)?)))
    }

    /// Moves both clocks forward, and wakes whoever has slept long enough.
    fn advance_ms(&self, by: u64) {
        self.0.advance(Duration::from_millis(by));
    }

    /// Moves the wall clock only.
    fn jump_wall_ms(&self, by: i64) {
        self.0.jump_wall(SignedDuration::from_millis(by));
    }

    /// For how much longer each sleeper sleeps, the shortest time first.
    fn sleeps_ms(&self) -> Vec<u128> {
        self.0.sleeps().iter().map(Duration::as_millis).collect()
    }
}
