//! Telemetry as Python objects: views of the core's columns, which are not copied.

mod batch;
mod frame;
mod gap;
mod rows;
mod stats;

pub(crate) use batch::{Batch, StatusEvent};
pub(crate) use frame::{ConnectorReading, TelemetryFrame};
pub(crate) use gap::{Gap, Observed, gap_stream};
pub(crate) use rows::{Rows, TextCache};
pub(crate) use stats::{ClientStats, StreamStats};
