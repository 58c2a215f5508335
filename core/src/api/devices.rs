//! Chargers.

use std::collections::BTreeMap;

use super::charging_records::ChargingRecordQuery;
use crate::{
    client::Client,
    error::{ErrorKind, Result},
    model::Device,
    transport::{Request, check_segment},
};

/// How many pages of charging records are looked through for device ids: five calls of sixty in a minute.
const RECORD_PAGES: u32 = 5;

/// A charger that is known to exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDevice {
    /// The platform's identifier.
    pub device_id: String,
    /// How it is known.
    pub source: DeviceSource,
}

/// How a charger is known: the platform has no call that lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceSource {
    /// It is named in the settings.
    Configured,
    /// It occurs in charging records.
    ChargingRecords,
}

impl Client {
    /// A charger with its connectors, as it is now (`GET /operator/devices/{device_id}`).
    pub async fn device(&self, device_id: &str) -> Result<Device> {
        check_segment("device_id", device_id)?;
        self.send(Request::get(["operator", "devices", device_id])).await
    }

    /// Chargers that are known to exist: those in the settings, and those that occur in charging records. The platform
    /// has no call that lists them, so a charger that never charged anybody is not found.
    pub async fn known_devices(&self) -> Result<Vec<KnownDevice>> {
        let mut found: BTreeMap<String, DeviceSource> = BTreeMap::new();
        let mut pages = self.charging_records(&ChargingRecordQuery::default())?.page_size(100)?;
        for _ in 0..RECORD_PAGES {
            match pages.next_page().await {
                Ok(Some(page)) => found.extend(
                    page.items
                        .into_iter()
                        .map(|record| (record.device_id, DeviceSource::ChargingRecords)),
                ),
                Ok(None) => break,
                // Credentials without the right to read records still know their own inventory.
                Err(error) if error.kind() == ErrorKind::PermissionDenied && !self.config().devices.is_empty() => {
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        for device_id in &self.config().devices {
            found.insert(device_id.clone(), DeviceSource::Configured);
        }
        Ok(found
            .into_iter()
            .map(|(device_id, source)| KnownDevice { device_id, source })
            .collect())
    }
}
