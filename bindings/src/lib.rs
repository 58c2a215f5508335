//! The Tellus SDK for Kotlin and Swift: thin mirrors of the core, exported through UniFFI.
//!
//! No logic lives here. Every exported function returns a `Result`, since a panic in one that does not would end the
//! app in Swift. The hand-written layers in `kotlin/` and `swift/` give these mirrors their languages' idioms.

#![allow(
    clippy::result_large_err,
    reason = "an error is a record that crosses to another language; it cannot be boxed"
)]

pub mod calls;
pub mod cancel;
pub mod client;
pub mod commands;
pub mod config;
pub mod control;
pub mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod gaps;
pub mod history;
pub mod log;
pub mod models;
pub mod provider;
mod rows;
pub mod signing;
pub mod stats;
pub mod store;
pub mod stream;
pub mod testing;

uniffi::setup_scaffolding!("tellus");

/// The version of the SDK.
#[uniffi::export]
pub fn sdk_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
