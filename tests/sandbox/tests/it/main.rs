//! Tests over real sockets, from the outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod binary;
mod charger;
mod charger_checks;
mod command_checks;
mod command_faults;
mod commands;
mod contract;
mod contract_answers;
mod controls;
mod desk;
mod energy;
mod faults;
mod flexibility;
mod handing_over;
mod lifecycle;
mod played;
mod quickstart;
mod quirks;
mod rest;
mod schedules;
mod schema;
mod scopes;
mod stream;
mod stream_faults;
mod stream_silence;
mod support;
mod tls;
