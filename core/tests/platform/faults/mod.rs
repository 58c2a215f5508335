//! The fault matrix: what can go wrong with a stream, over real sockets. Each test looks at the frames, at the gaps and at
//! the journal of the platform.

mod account;
mod close;
mod drops;
mod frames;
mod harness;
mod herd;
mod resync;
mod silence;
mod slow;
mod stale;
mod tokens;
#[cfg(target_os = "linux")]
mod unanswered;
mod upgrade;
mod ways;
