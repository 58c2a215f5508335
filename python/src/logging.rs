//! The core's `tracing` events as records of `logging.getLogger("tellus")`.
//!
//! This extension has a `tracing` of its own that no other library of the process shares, so the subscriber set here
//! is ours alone. Records are handed over by a thread of ours, never by a thread that reads sockets.

use std::sync::atomic::{AtomicU8, Ordering};

use pyo3::{intern, prelude::*, sync::PyOnceLock};
use tellus_core::log::{self, Level, LogSink};

use crate::bridge;

static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// The least level that the logger lets through, as Python counts: 10 is DEBUG, 30 is WARNING.
static LEAST: AtomicU8 = AtomicU8::new(30);

/// Sets the subscriber. Called when the module is imported; later calls change nothing.
pub(crate) fn install() {
    log::install(ToPython);
}

fn logger(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    let made = LOGGER.get_or_try_init(py, || py.import("tellus._logging")?.getattr("log").map(Bound::unbind))?;
    Ok(made.bind(py))
}

/// Looks up the logger's level, so that events below it cost nothing.
pub(crate) fn refresh_level(py: Python<'_>) {
    let level = logger(py)
        .and_then(|logger| logger.call_method0(intern!(py, "getEffectiveLevel")))
        .and_then(|level| level.extract::<i64>());
    if let Ok(level) = level {
        LEAST.store(u8::try_from(level.clamp(0, 255)).unwrap_or(30), Ordering::Relaxed);
    }
}

fn python_level(level: Level) -> u8 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        _ => 10,
    }
}

/// One event of the core, as text.
pub(crate) struct Record {
    level: u8,
    text: String,
}

impl Record {
    /// Hands it to Python's logging. A handler that raises is Python's business.
    pub(crate) fn deliver(self, py: Python<'_>) {
        refresh_level(py);
        let logged =
            logger(py).and_then(|logger| logger.call_method1(intern!(py, "log"), (self.level, "%s", self.text)));
        drop(logged);
    }
}

struct ToPython;

impl LogSink for ToPython {
    fn enabled(&self, level: Level) -> bool {
        python_level(level) >= LEAST.load(Ordering::Relaxed)
    }

    fn log(&self, level: Level, text: String) {
        let level = python_level(level);
        bridge::log(Record { level, text });
    }
}
