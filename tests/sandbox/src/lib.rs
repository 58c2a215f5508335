//! A local Tellus platform to build and test against.
//!
//! [`Sandbox::start`] opens a listener on the loopback interface and answers the operator API the way the
//! published contract describes it: envelopes and codes, bearer tokens that expire, scopes ([`Scope`]), quotas, paging,
//! charging records and the energy computed from them, commands that act and can be followed, schedules, flexibility,
//! and the telemetry stream over WebSocket. Behind it lives a small fleet of virtual chargers whose numbers obey
//! physics and repeat exactly for the same seed.
//!
//! What a test needs beyond the real platform sits beside the API under `/_sandbox`: a clock that can be moved,
//! faults on demand ([`Fault`]) and a journal of everything that arrived ([`JournalEntry`]).
//!
//! ```
//! use tellus_sandbox::{Options, Sandbox};
//!
//! let mut sandbox = Sandbox::start(Options::default())?;
//! assert!(sandbox.base_url().ends_with("/v1"));
//! sandbox.stop();
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The crate shares no code with the SDK on purpose: it is a second, independent reading of the contract.
//! Where the contract is silent and a client could notice, every reading can be played: the switches are the fields of
//! [`Quirks`], and [`quirk`] holds their readings. The other choices stand in one file, `unspecified.rs`.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failing test may panic"))]

mod api;
mod bell;
mod clients;
mod clock;
mod control;
mod envelope;
mod faults;
mod fleet;
mod front;
mod journal;
mod launch;
mod options;
mod quirks;
mod quota;
mod random;
mod sandbox;
mod sent;
mod server;
mod state;
mod streams;
mod sync;
mod ticker;
mod tokens;
mod unspecified;
mod zones;

/// The readings of the switches in [`Quirks`].
pub mod quirk {
    pub use crate::quirks::table::*;
}

pub use clients::{Credentials, Scope};
pub use faults::{Fault, FaultKind, PendingFault};
pub use journal::{CloseReason, JournalEntry, JournalEvent, RequestEntry};
pub use options::Options;
pub use quirks::{Quirks, Switch};
pub use sandbox::Sandbox;
pub use sent::{SentFrame, SentFrames};
