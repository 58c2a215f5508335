//! The platform's nouns: plain data, no I/O.
//!
//! The API's units are kept and stand at every field: energy kWh, power kW (negative while discharging), current A,
//! voltage V, temperature °C, state of charge %. Fields that the platform may leave out are `Option`; unknown
//! fields are ignored and unknown states are kept as text, so that a newer platform does not break an older SDK.

mod charging_record;
mod command;
mod control;
mod device;
mod energy;
mod flexibility;
pub(crate) mod lenient;
mod page;
mod schedule;
mod site;
mod state;
mod telemetry;

pub use charging_record::ChargingRecord;
pub use command::{CommandReceipt, CommandStatus, FlexibilityReceipt};
pub use control::{DischargeRequest, StartRequest, StopRequest};
pub use device::{Connector, Device};
pub use energy::{EnergyPoint, EnergySeries, EnergyTotal, Granularity};
pub use flexibility::{FlexibilityCommand, FlexibilityRequest, FlexibilityTarget};
pub use page::Page;
pub use schedule::{Schedule, ScheduleAction, ScheduleKind, TimeSlot, Weekday};
pub use site::{Location, Site, SiteStatus};
pub use state::{CommandState, ConnectorState, DeviceStatus};
pub use telemetry::{ConnectorReading, FrameSource, TelemetryFrame};
