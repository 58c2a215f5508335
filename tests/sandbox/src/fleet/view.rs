//! The fleet as the API shows it.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::connector::ConnectorState;
use super::frame::{Charge, Frame, FrameConnector};
use super::{Charger, Fleet, Site};
use crate::clock::rfc3339;
use crate::fleet::physics::kw;
use crate::quirks::uuid::{means, uuid};
use crate::quirks::{DeviceStatus, Ids, SiteStatus};
use crate::unspecified::summary_bucket;

/// Seconds between two heartbeats of a charger.
const HEARTBEAT: i64 = 30;

/// How long an offline charger has been silent when the sandbox starts (s).
const SILENT_FOR: i64 = 3 * 3600;

/// Device details.
#[derive(Serialize)]
pub(crate) struct DeviceView {
    device_id: String,
    sn: String,
    model: String,
    manufacturer: String,
    firmware_version: String,
    status: &'static str,
    connectors: Vec<ConnectorView>,
    last_heartbeat: String,
    site_id: String,
}

/// One connector in the device details.
#[derive(Serialize)]
struct ConnectorView {
    connector_id: u32,
    status: &'static str,
    power: f64,
    voltage: f64,
    current: f64,
    energy_delivered: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    soc: Option<Charge>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_telemetry_time: Option<String>,
}

impl Fleet {
    /// Index of the charger with this id.
    pub(crate) fn find(&self, device_id: &str) -> Option<usize> {
        self.by_id.get(device_id).copied()
    }

    /// Index of the site with this id.
    pub(crate) fn find_site(&self, site_id: &str) -> Option<usize> {
        self.sites.iter().position(|site| means(site_id, &site.id))
    }

    /// Every device id, in the fleet's order.
    pub(crate) fn device_ids(&self) -> Vec<String> {
        let shown = |id: &String| match self.quirks.ids {
            Ids::Prefixed => id.clone(),
            Ids::Uuid => uuid(id),
        };
        self.chargers.iter().map(|charger| shown(&charger.id)).collect()
    }

    /// A site with the live counts of its connectors' states.
    pub(crate) fn site_view(&self, site: &Site) -> Value {
        let mut summary = Map::new();
        for bucket in ["idle", "charging", "fault"] {
            summary.insert(bucket.to_owned(), json!(0));
        }
        let mut total = 0;
        for connector in site.members.iter().flat_map(|index| &self.chargers[*index].connectors) {
            total += 1;
            if let Some(count) = summary_bucket(connector.state()).and_then(|bucket| summary.get_mut(bucket)) {
                *count = json!(count.as_u64().unwrap_or(0) + 1);
            }
        }
        let mut view = json!({
            "site_id": site.id,
            "name": site.name,
            "address": site.place.address,
            "location": { "lat": site.place.latitude, "lng": site.place.longitude },
            "total_connectors": total,
            "status_summary": summary,
            "power_capacity": kw(site.capacity_w),
            "created_at": rfc3339(site.created),
        });
        if self.quirks.site_status == SiteStatus::Shown {
            view["status"] = json!(self.site_status(site));
        }
        view
    }

    /// Whether a site is active, in the words of the list's filter.
    pub(crate) fn site_status(&self, site: &Site) -> &'static str {
        let is_active = match self.quirks.site_status {
            SiteStatus::Absent => true,
            SiteStatus::Shown => site.members.iter().any(|index| !self.chargers[*index].offline),
        };
        if is_active { "active" } else { "inactive" }
    }

    /// Details of the charger at `index`.
    pub(crate) fn device_view(&self, index: usize) -> DeviceView {
        let charger = &self.chargers[index];
        let silent_since = self
            .start
            .checked_sub(SignedDuration::from_secs(SILENT_FOR))
            .unwrap_or(self.start);
        let last_beat = SignedDuration::from_secs(self.step - self.step % HEARTBEAT);
        let (heard, measured) = match &charger.outside {
            Some(outside) => (outside.heard, None),
            None if charger.offline => {
                let since = charger.heard.unwrap_or(silent_since);
                (since, Some(since))
            }
            None => (
                self.start.checked_add(last_beat).unwrap_or(self.start),
                Some(self.now()),
            ),
        };
        let connectors = charger.connectors.iter().map(|connector| {
            let reading = connector.measure(&charger.model, self.micros);
            ConnectorView {
                connector_id: reading.id,
                status: reading.state.name(),
                power: reading.power,
                voltage: reading.voltage,
                current: reading.current,
                energy_delivered: reading.energy_delivered,
                soc: reading.soc.map(|percent| Charge::told(percent, self.quirks.soc)),
                temperature: reading.temperature,
                last_telemetry_time: connector.reading.as_ref().map(|told| told.at).or(measured).map(rfc3339),
            }
        });
        DeviceView {
            device_id: charger.id.clone(),
            sn: charger.sn.clone(),
            model: charger.label.clone(),
            manufacturer: charger.manufacturer.clone(),
            firmware_version: charger.firmware.clone(),
            status: self.status(charger),
            connectors: connectors.collect(),
            last_heartbeat: rfc3339(heard),
            site_id: self.sites[charger.site].id.clone(),
        }
    }

    /// The status of a charger, in the API's words.
    fn status(&self, charger: &Charger) -> &'static str {
        let faulty = charger.outside.as_ref().is_some_and(|outside| outside.faulty)
            || charger
                .connectors
                .iter()
                .any(|one| one.state() == ConnectorState::Fault);
        match (charger.offline, faulty, self.quirks.device_status) {
            (true, _, _) => "offline",
            (false, true, DeviceStatus::WithFault) => "fault",
            _ => "online",
        }
    }

    /// The frame of one charger, with the time it is to carry.
    pub(crate) fn frame(&self, charger: &Charger, at: Timestamp) -> Frame {
        let measured = charger
            .connectors
            .iter()
            .map(|connector| connector.measure(&charger.model, self.micros));
        Frame {
            device_id: charger.id.clone(),
            timestamp: rfc3339(at),
            connectors: measured
                .map(|reading| FrameConnector::of(&reading, self.quirks.soc))
                .collect(),
        }
    }

    /// An overview for people and tests: what there is, not what it is doing.
    pub(crate) fn overview(&self) -> Value {
        let devices = self.chargers.iter().map(|charger| {
            json!({
                "device_id": charger.id,
                "model": charger.label,
                "sn": charger.sn,
                "device_secret": charger.secret,
                "outside": charger.is_outside(),
                "site_id": self.sites[charger.site].id,
                "status": if charger.offline { "offline" } else { "online" },
                "v2g": charger.model.feed_back_w > 0,
                "rated_kw": kw(charger.model.rated_w),
                "connectors": charger.connectors.iter().map(|connector| json!({
                    "connector_id": connector.id,
                    "state": connector.state().name(),
                })).collect::<Vec<_>>(),
            })
        });
        let sites = self
            .sites
            .iter()
            .map(|site| json!({ "site_id": site.id, "name": site.name }));
        json!({
            "now": rfc3339(self.now()),
            "sites": sites.collect::<Vec<_>>(),
            "devices": devices.collect::<Vec<_>>(),
            "records": self.records.len(),
            "power_kw": kw(self.power_w()),
            "charging": self.count(ConnectorState::Charging),
        })
    }

    /// Power of the whole fleet (W), discharging counted negative.
    pub(crate) fn power_w(&self) -> i64 {
        self.chargers
            .iter()
            .flat_map(|charger| &charger.connectors)
            .map(|connector| connector.power_w)
            .sum()
    }

    fn count(&self, state: ConnectorState) -> usize {
        let connectors = self.chargers.iter().flat_map(|charger| &charger.connectors);
        connectors.filter(|connector| connector.state() == state).count()
    }
}
