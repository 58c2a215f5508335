//! Tests over real sockets, from the outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod binary;
mod contract;
mod controls;
mod energy;
mod faults;
mod lifecycle;
mod rest;
mod schema;
mod scopes;
mod stream;
mod stream_faults;
mod support;
mod tls;
