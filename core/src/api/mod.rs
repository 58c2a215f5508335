//! The platform's calls, a file for each group of its reference.

mod charging_records;
mod commands;
mod control;
mod devices;
mod energy;
mod flexibility;
mod pages;
mod sites;

pub use charging_records::ChargingRecordQuery;
pub use commands::FollowedCommand;
pub use control::check_connector;
pub use devices::{DeviceSource, KnownDevice};
pub use energy::EnergyQuery;
pub use pages::Pages;
