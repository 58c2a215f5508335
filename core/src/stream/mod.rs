//! Live telemetry: one supervised WebSocket connection whose frames are pulled in batches, or delivered to a listener.
//!
//! Pulling is the primitive. A callback is an adapter over it, run by a thread of its own: so back-pressure, order and
//! closing are the same in every language.

mod board;
pub mod columns;
mod connection;
mod control;
mod decode;
mod endings;
mod entry;
mod event;
mod fleet;
mod frames;
mod gap;
mod gate;
mod latency;
mod ledger;
mod listener;
mod machine;
mod mailbox;
mod metrics;
mod moves;
mod names;
mod orders;
mod queue;
mod reading;
mod resync;
mod roster;
mod shards;
mod sleep;
mod stats;
mod subscription;
mod supervisor;
mod texts;
mod wire;

pub use control::StreamControl;
#[cfg(feature = "fuzzing")]
pub use decode::probe;
pub use event::{Batch, StatusEvent, StreamStatus};
pub use frames::{Frames, FramesIter};
pub use gap::{Gap, GapCause, Observed};
pub use latency::Latency;
pub use listener::{ListenerHandle, TelemetryListener};
pub use names::Names;
pub use stats::StreamStats;
pub use subscription::Subscription;
pub use texts::Texts;
