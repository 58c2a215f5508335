use proptest::prelude::*;

use super::*;

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

fn set<'a>(ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    ids.into_iter().map(str::to_owned).collect()
}

fn plan(limits: Limits, ids: &BTreeSet<String>) -> Shards {
    let mut shards = Shards::new(limits);
    shards.add(ids, |_| true);
    shards
}

fn sizes(shards: &Shards) -> Vec<(u32, usize)> {
    shards
        .shards
        .iter()
        .map(|(index, shard)| (*index, shard.devices.len()))
        .collect()
}

#[test]
fn the_url_asks_for_all_devices_of_a_connection() {
    let plain = Url::parse("http://127.0.0.1:1/v1").unwrap();
    let url = url_for(&stream_url(&plain), &set(["dvc_1", "a b&c"]));
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
    let shards = plan(Limits::new(&stream, &config), &ids);
    assert_eq!(sizes(&shards), [(0, 200), (1, 200), (2, 50)]);
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
    let mut shards = plan(limits(4, 4096), &ids);
    assert_eq!(sizes(&shards), [(0, 4), (1, 4), (2, 2)]);
    assert_eq!(
        shards.add(&set(["d3", "e0", "e1"]), |_| true),
        [(2, vec!["e0".into(), "e1".into()])].into()
    );
    assert_eq!(shards.add(&set(["e2"]), |_| true), [(3, vec!["e2".into()])].into());
    let lost = shards.remove(&set(["d4", "d5", "e2", "nobody"]));
    assert_eq!(
        lost,
        [(1, vec!["d4".into(), "d5".into()]), (3, vec!["e2".into()])].into()
    );
    // Number 3 is not given again, and a connection that is not usable gets nothing.
    assert_eq!(
        shards
            .add(&set(["f0"]), |index| index != 1)
            .keys()
            .copied()
            .collect::<Vec<_>>(),
        [4]
    );
    assert_eq!(shards.renew(1), Some(5));
    assert_eq!(sizes(&shards), [(0, 4), (2, 4), (4, 1), (5, 2)]);
    assert_eq!(shards.devices(5), Some(&set(["d6", "d7"])));
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
        let shards = plan(limits, &wanted);
        check(&shards, &wanted, limits)?;
        ids.reverse();
        let again = plan(limits, &ids.into_iter().collect());
        prop_assert_eq!(&again.shards, &shards.shards);
    }

    #[test]
    fn changes_touch_as_few_connections_as_they_can(
        first in ids(),
        changes in prop::collection::vec((any::<bool>(), ids()), 0..8),
        devices in 1_usize..12,
    ) {
        let limits = limits(devices, 300);
        let mut shards = plan(limits, &first);
        let mut wanted = first;
        for (adds, ids) in changes {
            let before = shards.shards.clone();
            let next = shards.next;
            let touched = if adds {
                wanted.extend(ids.iter().cloned());
                shards.add(&ids, |_| true)
            } else {
                wanted.retain(|id| !ids.contains(id));
                shards.remove(&ids)
            };
            check(&shards, &wanted, limits)?;
            for (index, shard) in &shards.shards {
                match before.get(index) {
                    Some(old) => prop_assert_eq!(old != shard, touched.contains_key(index)),
                    None => prop_assert!(*index >= next, "a number is given once"),
                }
            }
            // Who stays, stays where it was.
            for (index, old) in &before {
                for id in old.devices.intersection(&wanted) {
                    prop_assert_eq!(shards.home(id), Some(*index));
                }
            }
            // A new connection only if what it began with found no room in the old ones.
            if let Some(index) = touched.keys().find(|index| **index >= next) {
                let begun = &touched[index][0];
                prop_assert!(before.keys().all(|old| !shards.shards[old].fits(begun, &limits)));
            }
        }
    }
}

fn check(shards: &Shards, wanted: &BTreeSet<String>, limits: Limits) -> std::result::Result<(), TestCaseError> {
    let carried: usize = shards.shards.values().map(|shard| shard.devices.len()).sum();
    prop_assert_eq!(carried, wanted.len(), "disjoint");
    prop_assert_eq!(&shards.all_devices(), wanted, "complete");
    for shard in shards.shards.values() {
        prop_assert!(!shard.devices.is_empty() && shard.devices.len() <= limits.devices);
        let length = url_for(&url(), &shard.devices).as_str().len();
        prop_assert!(length <= limits.url_bytes, "{length} of {}", limits.url_bytes);
        let list = length - url_for(&url(), &BTreeSet::new()).as_str().len();
        prop_assert_eq!(shard.bytes, list + SEPARATOR, "counted as it is written");
    }
    Ok(())
}
