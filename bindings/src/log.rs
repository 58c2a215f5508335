//! What the SDK tells, for the app's own log.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU8, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
};

use tellus_core::log::{self, Level};

use crate::error::{CallbackError, TellusError};

/// How important a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// Something ended that should not have.
    Error,
    /// Something went wrong that the SDK deals with.
    Warn,
    /// What changed.
    Info,
    /// What helps to find a fault.
    Debug,
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::ERROR => Self::Error,
            Level::WARN => Self::Warn,
            Level::INFO => Self::Info,
            _ => Self::Debug,
        }
    }
}

/// Takes the SDK's lines, always from one and the same thread. No line holds a secret.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// A line. A failure is ignored.
    fn log(&self, level: LogLevel, line: String) -> Result<(), CallbackError>;
}

/// Lines that wait for a sink at most; what comes beyond is lost, since nothing may wait for a log.
const WAITING: usize = 1024;
/// Lines above this level are not made. 0: none at all.
static LEAST: AtomicU8 = AtomicU8::new(0);
static SINK: Mutex<Option<Arc<dyn LogSink>>> = Mutex::new(None);
static QUEUE: OnceLock<Queue> = OnceLock::new();

/// Gives the SDK's lines up to this level to a sink, in place of the former one; without a sink there are none. For the
/// whole process.
#[uniffi::export]
pub fn set_log_sink(sink: Option<Arc<dyn LogSink>>, level: LogLevel) -> Result<(), TellusError> {
    LEAST.store(if sink.is_some() { level as u8 + 1 } else { 0 }, Ordering::Relaxed);
    *SINK.lock().unwrap_or_else(PoisonError::into_inner) = sink;
    if LEAST.load(Ordering::Relaxed) > 0 {
        let queue = QUEUE.get_or_init(Queue::start);
        log::install(queue.clone());
    }
    Ok(())
}

#[derive(Clone)]
struct Queue(SyncSender<(LogLevel, String)>);

impl Queue {
    fn start() -> Self {
        let (lines, waiting) = sync_channel(WAITING);
        let deliver = move || {
            while let Ok((level, line)) = waiting.recv() {
                let sink = SINK.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if let Some(sink) = sink {
                    let _ = sink.log(level, line);
                }
            }
        };
        // Without a thread, lines stay where they are: a log must not stop an app.
        let _ = thread::Builder::new().name("tellus-log".into()).spawn(deliver);
        Self(lines)
    }
}

impl log::LogSink for Queue {
    fn enabled(&self, level: Level) -> bool {
        (LogLevel::from(level) as u8) < LEAST.load(Ordering::Relaxed)
    }

    fn log(&self, level: Level, line: String) {
        let _ = self.0.try_send((level.into(), line));
    }
}
