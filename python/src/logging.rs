//! The core's `tracing` events as records of `logging.getLogger("tellus")`.
//!
//! This extension has a `tracing` of its own that no other library of the process shares, so the subscriber set here
//! is ours alone. Records are handed over by a thread of ours, never by a thread that reads sockets.

use std::{
    fmt::{self, Write},
    sync::atomic::{AtomicU8, Ordering},
};

use pyo3::{intern, prelude::*, sync::PyOnceLock};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
    subscriber::Interest,
};

use crate::bridge;

static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// The least level that the logger lets through, as Python counts: 10 is DEBUG, 30 is WARNING.
static LEAST: AtomicU8 = AtomicU8::new(30);

/// Sets the subscriber. Called when the module is imported; later calls change nothing.
pub(crate) fn install() {
    let _ = tracing::subscriber::set_global_default(ToPython);
}

fn logger(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    let made = LOGGER.get_or_try_init(py, || {
        py.import("logging")?
            .call_method1("getLogger", ("tellus",))
            .map(Bound::unbind)
    })?;
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

impl Subscriber for ToPython {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Other crates' events say nothing to users, and could hold what must not be logged.
        if metadata.is_event() && metadata.target().starts_with("tellus") && *metadata.level() <= Level::DEBUG {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        python_level(*metadata.level()) >= LEAST.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        bridge::log(Record {
            level: python_level(*event.metadata().level()),
            text: text.line(),
        });
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// The message, then the fields as `name=value`.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn line(mut self) -> String {
        self.message.push_str(&self.fields);
        self.message
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}
