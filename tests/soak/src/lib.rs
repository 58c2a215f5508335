//! Telemetry streams at full rate under random faults, with an account of every frame.
//!
//! [`run`] starts a sandbox with a few hundred chargers and three subscriptions over many connections, one for each
//! policy for slow consumers. It breaks sockets, silences devices, revokes tokens, refuses upgrades, spoils frames and
//! slows consumers down, all drawn from a seed. Meanwhile and in the end it checks that
//!
//! - every frame that the sandbox sent was delivered, or lies strictly within a gap of its device;
//! - nothing was delivered that was not sent, and nothing twice;
//! - memory is flat, once warm;
//! - without faults every device is observed again;
//! - after the end no socket, no task and no thread of a listener is left.
//!
//! `make soak MINUTES=10` runs it; a short run is one of the tests. `make load MINUTES=10` does the same with fifty thousand
//! chargers and few faults, after more calls and more clients than the platform's limits are made for.

mod account;
mod consumer;
mod load;
mod plan;
mod process;
mod run;
mod summary;
mod trouble;

pub use load::{Load, over_the_limit, sharing_a_token};
pub use plan::Plan;
pub use run::{Failure, run};
pub use summary::Summary;
