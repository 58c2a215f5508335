//! Mirrors of the core's nouns. The compiler checks each against the core: a field that is missing here does not build.
//! Meaning and units stand in the core.

use std::{collections::HashMap, time::SystemTime};

use jiff::Timestamp;
use tellus_core::{self as core, model};

uniffi::custom_type!(Timestamp, SystemTime, {
    remote,
    lower: |timestamp| timestamp.into(),
    try_lift: |time| Ok(Timestamp::try_from(time)?),
});

type Location = model::Location;
type Site = model::Site;
type SiteStatus = model::SiteStatus;
type ConnectorState = model::ConnectorState;
type DeviceStatus = model::DeviceStatus;
type Connector = model::Connector;
type Device = model::Device;
type DeviceSource = core::DeviceSource;
type KnownDevice = core::KnownDevice;

#[uniffi::remote(Record)]
pub struct Location {
    pub lat: f64,
    pub lng: f64,
}

#[uniffi::remote(Record)]
pub struct Site {
    pub site_id: String,
    pub name: String,
    pub address: Option<String>,
    pub location: Option<Location>,
    pub total_connectors: Option<u32>,
    pub status_summary: Option<HashMap<String, u32>>,
    pub power_capacity: Option<f64>,
    pub created_at: Option<Timestamp>,
}

#[uniffi::remote(Enum)]
pub enum SiteStatus {
    Active,
    Inactive,
}

#[uniffi::remote(Enum)]
pub enum ConnectorState {
    Idle,
    Charging,
    Discharging,
    Fault,
    Unavailable,
    Other(String),
}

#[uniffi::remote(Enum)]
pub enum DeviceStatus {
    Online,
    Offline,
    Other(String),
}

#[uniffi::remote(Record)]
pub struct Connector {
    pub connector_id: u32,
    pub status: ConnectorState,
    pub power: Option<f64>,
    pub voltage: Option<f64>,
    pub current: Option<f64>,
    pub energy_delivered: Option<f64>,
    pub soc: Option<f64>,
    pub temperature: Option<f64>,
    pub last_telemetry_time: Option<Timestamp>,
}

#[uniffi::remote(Record)]
pub struct Device {
    pub device_id: String,
    pub sn: Option<String>,
    pub model: Option<String>,
    pub manufacturer: Option<String>,
    pub firmware_version: Option<String>,
    pub status: Option<DeviceStatus>,
    pub connectors: Vec<Connector>,
    pub last_heartbeat: Option<Timestamp>,
    pub site_id: Option<String>,
}

#[uniffi::remote(Enum)]
pub enum DeviceSource {
    Configured,
    ChargingRecords,
}

#[uniffi::remote(Record)]
pub struct KnownDevice {
    pub device_id: String,
    pub source: DeviceSource,
}

/// One page of sites.
#[derive(Debug, Clone, uniffi::Record)]
pub struct SitePage {
    /// The sites of this page.
    pub items: Vec<Site>,
    /// Number of sites in the whole list, at the time of this reply.
    pub total: Option<u64>,
}

impl From<model::Page<Site>> for SitePage {
    fn from(page: model::Page<Site>) -> Self {
        Self {
            items: page.items,
            total: page.total,
        }
    }
}
