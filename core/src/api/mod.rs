//! The platform's calls, a file for each group of its reference.

mod charging_records;
mod devices;
mod pages;
mod sites;

pub use charging_records::ChargingRecordQuery;
pub use devices::{DeviceSource, KnownDevice};
pub use pages::Pages;
