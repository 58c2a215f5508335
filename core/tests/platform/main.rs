//! The core against the real sandbox, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected has failed")]

mod auth;
mod commands;
mod common;
mod errors;
mod faults;
mod fleet;
mod hostile;
mod network;
mod nginx;
mod rest;
mod stream;
mod waits;
