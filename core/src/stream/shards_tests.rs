use std::{collections::BTreeSet, sync::Arc};

use proptest::prelude::*;

use super::*;
use crate::stream::names::Dictionary;

fn url() -> Url {
    stream_url(&Url::parse("https://platform.example/v1").unwrap())
}

fn limits(devices: usize, url_bytes: usize) -> Limits {
    let config = StreamConfig {
        max_devices_per_connection: devices,
        max_url_bytes: url_bytes,
        ..StreamConfig::default()
    };
    Limits::new(&url(), &config)
}

/// A plan that is spoken to in ids.
#[derive(Clone)]
struct Plan {
    shards: Shards,
    names: Arc<Dictionary>,
}

impl Plan {
    fn new(limits: Limits, ids: &BTreeSet<String>) -> Self {
        let mut plan = Self {
            shards: Shards::new(limits),
            names: Arc::default(),
        };
        plan.add(ids, |_| true);
        plan
    }

    fn add(&mut self, ids: &BTreeSet<String>, usable: impl Fn(u32) -> bool) -> BTreeMap<u32, Vec<String>> {
        let devices = self.names.expect(ids.iter().map(String::as_str));
        let gained = self.shards.add(&devices, &self.names.names(), usable);
        self.named(gained)
    }

    fn remove(&mut self, ids: &BTreeSet<String>) -> BTreeMap<u32, Vec<String>> {
        let devices = self.names.known(ids.iter().map(String::as_str));
        let lost = self.shards.remove(&devices, &self.names.names());
        self.named(lost)
    }

    fn named(&self, devices: BTreeMap<u32, Vec<u32>>) -> BTreeMap<u32, Vec<String>> {
        let named = |(index, devices)| (index, self.ids::<Vec<_>>(devices));
        devices.into_iter().map(named).collect()
    }

    fn ids<C: FromIterator<String>>(&self, devices: impl IntoIterator<Item = u32>) -> C {
        let names = self.names.names();
        devices
            .into_iter()
            .map(|device| names.device(device).to_owned())
            .collect()
    }

    /// The ids of each connection.
    fn connections(&self) -> BTreeMap<u32, BTreeSet<String>> {
        let shards = self.shards.shards.iter();
        shards
            .map(|(index, shard)| (*index, self.ids(shard.devices.iter().copied())))
            .collect()
    }

    fn sizes(&self) -> Vec<(u32, usize)> {
        let connections = self.connections();
        connections.iter().map(|(index, ids)| (*index, ids.len())).collect()
    }
}

fn set<'a>(ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    ids.into_iter().map(str::to_owned).collect()
}

fn vec<const N: usize>(ids: [&str; N]) -> Vec<String> {
    ids.map(str::to_owned).to_vec()
}

#[test]
fn the_url_asks_for_all_devices_of_a_connection() {
    let plain = Url::parse("http://127.0.0.1:1/v1").unwrap();
    let url = url_for(&stream_url(&plain), ["a b&c", "dvc_1"]);
    assert_eq!(
        url.as_str(),
        "ws://127.0.0.1:1/v1/operator/stream?devices=a+b%26c%2Cdvc_1"
    );
    assert_eq!(super::tests::url().scheme(), "wss");
}

#[test]
fn the_default_bounds_agree_with_each_other() {
    // 200 ids as the platform writes them, and a long host name.
    let config = StreamConfig::default();
    let base = format!("https://{}.example/v1", "h".repeat(60));
    let stream = stream_url(&Url::parse(&base).unwrap());
    let ids: BTreeSet<_> = (0..450).map(|n| format!("dvc_{n:012x}")).collect();
    let plan = Plan::new(Limits::new(&stream, &config), &ids);
    assert_eq!(plan.sizes(), [(0, 200), (1, 200), (2, 50)]);
}

#[test]
fn ids_that_cannot_be_or_do_not_fit_are_refused_by_name() {
    let limits = limits(10, 128);
    for id in ["", " ", "a,b", "a\n", "a\u{7f}"] {
        assert_eq!(limits.check(id).unwrap_err().details()["field"], "devices", "{id:?}");
    }
    let room = limits.list_bytes;
    assert!(limits.check(&"d".repeat(room)).is_ok());
    let error = limits.check(&"d".repeat(room + 1)).unwrap_err();
    assert_eq!(error.details()["field"], "devices");
    assert!(error.reason().contains("128 bytes"), "{error}");
    // A letter that is percent-encoded counts three times for each byte.
    assert!(limits.check(&"é".repeat(room / 6)).is_ok());
    assert!(limits.check(&"é".repeat(room / 6 + 1)).is_err());
}

#[test]
fn added_devices_go_where_there_is_room_and_removed_ones_leave_the_others_alone() {
    let ids: BTreeSet<_> = (0..10).map(|n| format!("d{n}")).collect();
    let mut plan = Plan::new(limits(4, 4096), &ids);
    assert_eq!(plan.sizes(), [(0, 4), (1, 4), (2, 2)]);
    assert_eq!(
        plan.add(&set(["d3", "e0", "e1"]), |_| true),
        [(2, vec(["e0", "e1"]))].into()
    );
    assert_eq!(plan.add(&set(["e2"]), |_| true), [(3, vec(["e2"]))].into());
    let lost = plan.remove(&set(["d4", "d5", "e2", "nobody"]));
    assert_eq!(lost, [(1, vec(["d4", "d5"])), (3, vec(["e2"]))].into());
    // Number 3 is not given again, and a connection that is not usable gets nothing.
    let gained = plan.add(&set(["f0"]), |index| index != 1);
    assert_eq!(gained.into_keys().collect::<Vec<_>>(), [4]);
    assert_eq!(plan.shards.renew(1), Some(5));
    assert_eq!(plan.sizes(), [(0, 4), (2, 4), (4, 1), (5, 2)]);
    assert_eq!(plan.connections()[&5], set(["d6", "d7"]));
    assert_eq!(plan.shards.devices(1), [0; 0]);
}

fn ids() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set("[a-z0-9_ é&%]{0,12}[a-z]", 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn a_plan_is_complete_disjoint_bounded_and_the_same_for_the_same_devices(
        mut ids in prop::collection::vec("[a-z0-9_ é&%]{0,12}[a-z]", 0..80),
        devices in 1_usize..12,
        url_bytes in 150_usize..400,
    ) {
        let limits = limits(devices, url_bytes);
        let wanted: BTreeSet<String> = ids.iter().cloned().collect();
        let plan = Plan::new(limits, &wanted);
        check(&plan, &wanted, limits)?;
        ids.reverse();
        let again = Plan::new(limits, &ids.into_iter().collect());
        prop_assert_eq!(again.connections(), plan.connections());
    }

    #[test]
    fn changes_touch_as_few_connections_as_they_can(
        first in ids(),
        changes in prop::collection::vec((any::<bool>(), ids()), 0..8),
        devices in 1_usize..12,
    ) {
        let limits = limits(devices, 300);
        let mut plan = Plan::new(limits, &first);
        let mut wanted = first;
        for (adds, ids) in changes {
            let before = plan.clone();
            let next = plan.shards.next;
            let touched = if adds {
                wanted.extend(ids.iter().cloned());
                plan.add(&ids, |_| true)
            } else {
                wanted.retain(|id| !ids.contains(id));
                plan.remove(&ids)
            };
            check(&plan, &wanted, limits)?;
            for (index, shard) in &plan.shards.shards {
                match before.shards.shards.get(index) {
                    Some(old) => prop_assert_eq!(old != shard, touched.contains_key(index)),
                    None => prop_assert!(*index >= next, "a number is given once"),
                }
            }
            // Who stays, stays where it was.
            let now = plan.connections();
            for (index, old) in before.connections() {
                for id in old.intersection(&wanted) {
                    prop_assert!(now[&index].contains(id));
                }
            }
            // A new connection only if what it began with found no room in the old ones.
            if let Some(index) = touched.keys().find(|index| **index >= next) {
                let begun = &touched[index][0];
                let mut old = before.shards.shards.keys();
                prop_assert!(old.all(|old| !plan.shards.shards[old].fits(begun, &limits)));
            }
        }
    }
}

fn check(plan: &Plan, wanted: &BTreeSet<String>, limits: Limits) -> std::result::Result<(), TestCaseError> {
    let carried: usize = plan.sizes().iter().map(|(_, size)| size).sum();
    prop_assert_eq!(carried, wanted.len(), "disjoint");
    let all: BTreeSet<_> = plan.ids(plan.shards.all_devices());
    prop_assert_eq!(&all, wanted, "complete");
    for (index, ids) in plan.connections() {
        prop_assert!(!ids.is_empty() && ids.len() <= limits.devices);
        let length = url_for(&url(), ids.iter().map(String::as_str)).as_str().len();
        prop_assert!(length <= limits.url_bytes, "{length} of {}", limits.url_bytes);
        let list = length - url_for(&url(), []).as_str().len();
        prop_assert_eq!(
            plan.shards.shards[&index].bytes,
            list + SEPARATOR,
            "counted as it is written"
        );
    }
    Ok(())
}
