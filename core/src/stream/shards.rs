//! Which device travels on which connection: pure. The sets are disjoint, bounded in number and in the length of the URL
//! that names them, and change as little as possible when devices come and go.

use std::collections::BTreeMap;

use url::{Url, form_urlencoded};

use super::names::Names;
use crate::{
    config::StreamConfig,
    error::{Error, Result},
};

/// A comma between two ids, percent-encoded.
const SEPARATOR: usize = "%2C".len();

/// The URL of the stream, without its devices.
pub(super) fn stream_url(base: &Url) -> Url {
    let mut url = base.clone();
    // Only URLs such as `mailto:` have no path, and those are refused by the config's check.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["operator", "stream"]);
    }
    let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
    // Both are "special" schemes, between which the standard allows the change.
    let _ = url.set_scheme(scheme);
    url
}

/// The URL that asks for these devices.
pub(super) fn url_for<'a>(stream: &Url, devices: impl IntoIterator<Item = &'a str>) -> Url {
    let list = devices.into_iter().collect::<Vec<_>>().join(",");
    let mut url = stream.clone();
    url.query_pairs_mut().append_pair("devices", &list);
    url
}

/// How much one connection carries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    devices: usize,
    url_bytes: usize,
    /// What the ids and the separators between them may take of the URL.
    list_bytes: usize,
}

impl Limits {
    pub(super) fn new(stream: &Url, config: &StreamConfig) -> Self {
        let empty = url_for(stream, []).as_str().len();
        Self {
            devices: config.max_devices_per_connection.max(1),
            url_bytes: config.max_url_bytes,
            list_bytes: config.max_url_bytes.saturating_sub(empty),
        }
    }

    /// Whether the text can be a device's id, and fits a connection at all.
    pub(super) fn check(&self, id: &str) -> Result<()> {
        // The platform separates ids by commas, so that none can hold one.
        if id.trim().is_empty() || id.contains(',') || id.chars().any(char::is_control) {
            return Err(Error::invalid("devices", format_args!("{id:?} is not a device id")));
        }
        if encoded(id) > self.list_bytes {
            let start: String = id.chars().take(32).collect();
            return Err(Error::invalid(
                "devices",
                format_args!(
                    "the id that begins with {start:?} is too long for a URL of {} bytes (stream.max_url_bytes)",
                    self.url_bytes
                ),
            ));
        }
        Ok(())
    }
}

/// How long an id is in a URL.
fn encoded(id: &str) -> usize {
    form_urlencoded::byte_serialize(id.as_bytes()).map(str::len).sum()
}

/// One connection's devices, by their codes: there are many, and their ids are kept once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shard {
    /// In order.
    devices: Vec<u32>,
    /// What they take of the URL, each with a separator.
    bytes: usize,
}

impl Shard {
    fn fits(&self, id: &str, limits: &Limits) -> bool {
        // The last id has no separator behind it.
        self.devices.len() < limits.devices && self.bytes + encoded(id) <= limits.list_bytes
    }

    fn holds(&self, device: u32) -> bool {
        self.devices.binary_search(&device).is_ok()
    }

    fn insert(&mut self, device: u32, id: &str) {
        if let Err(place) = self.devices.binary_search(&device) {
            self.bytes += encoded(id) + SEPARATOR;
            self.devices.insert(place, device);
        }
    }

    fn remove(&mut self, device: u32, id: &str) {
        if let Ok(place) = self.devices.binary_search(&device) {
            self.bytes -= encoded(id) + SEPARATOR;
            self.devices.remove(place);
        }
    }
}

/// The plan: connections by number. Numbers go up and are never given twice in a stream's life, so that an event that
/// names one always means the same connection.
#[derive(Debug, Clone)]
pub(super) struct Shards {
    limits: Limits,
    shards: BTreeMap<u32, Shard>,
    next: u32,
}

impl Shards {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            shards: BTreeMap::new(),
            next: 0,
        }
    }

    /// Takes devices in that are not there yet, in this order: to a connection with room that `usable` allows, the
    /// emptiest first, so that few are touched; to a new one if there is none. Returns what each connection gained.
    pub(super) fn add(
        &mut self,
        devices: &[u32],
        names: &Names,
        usable: impl Fn(u32) -> bool,
    ) -> BTreeMap<u32, Vec<u32>> {
        let mut gained: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut current = None;
        let mut fresh = devices.to_vec();
        fresh.retain(|device| self.home(*device).is_none());
        for device in fresh {
            let id = names.device(device);
            let fits = |shards: &BTreeMap<u32, Shard>, index: u32| {
                shards.get(&index).is_some_and(|shard| shard.fits(id, &self.limits))
            };
            let index = current
                .filter(|index| fits(&self.shards, *index))
                .or_else(|| {
                    let roomy = self
                        .shards
                        .iter()
                        .filter(|(index, _)| usable(**index) && fits(&self.shards, **index));
                    let emptiest = roomy.min_by_key(|(index, shard)| (shard.devices.len(), **index));
                    emptiest.map(|(index, _)| *index)
                })
                .unwrap_or_else(|| {
                    self.next += 1;
                    self.next - 1
                });
            current = Some(index);
            self.shards.entry(index).or_default().insert(device, id);
            gained.entry(index).or_default().push(device);
        }
        gained
    }

    /// Lets devices go. Returns what each connection lost; one that lost all is no longer in the plan.
    pub(super) fn remove(&mut self, devices: &[u32], names: &Names) -> BTreeMap<u32, Vec<u32>> {
        let mut lost: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for device in devices {
            let Some(index) = self.home(*device) else { continue };
            if let Some(shard) = self.shards.get_mut(&index) {
                shard.remove(*device, names.device(*device));
            }
            lost.entry(index).or_default().push(*device);
        }
        self.shards.retain(|_, shard| !shard.devices.is_empty());
        lost
    }

    /// Gives a connection's devices to a new one. Returns the new number.
    pub(super) fn renew(&mut self, index: u32) -> Option<u32> {
        let shard = self.shards.remove(&index)?;
        let new = self.next;
        self.next += 1;
        self.shards.insert(new, shard);
        Some(new)
    }

    /// A connection's devices; none if it is not in the plan.
    pub(super) fn devices(&self, index: u32) -> &[u32] {
        self.shards.get(&index).map_or(&[], |shard| &shard.devices)
    }

    /// Everyone's devices.
    pub(super) fn all_devices(&self) -> impl Iterator<Item = u32> {
        self.shards.values().flat_map(|shard| shard.devices.iter().copied())
    }

    /// The connection that carries this device.
    fn home(&self, device: u32) -> Option<u32> {
        let mut shards = self.shards.iter();
        shards.find(|(_, shard)| shard.holds(device)).map(|(index, _)| *index)
    }
}

#[cfg(test)]
#[path = "shards_tests.rs"]
mod tests;
