//! One block, byte by byte: the same that the readers in Kotlin and Swift are tested with.

use std::{fs, path::PathBuf, sync::Arc};

use serde_json::{Value, json};
use tellus_core::{
    Names,
    columns::{CONNECTOR, Columns, ENERGY, FIRST, POWER, READING, RESYNC, SOC, STATE},
    model::{ConnectorReading, FrameSource, TelemetryFrame},
};

use super::*;

/// 2026-01-15T08:30:00.000001Z.
const AT: i64 = 1_768_465_800_000_001;

fn sample() -> Frames {
    let empty = Row {
        device: 0,
        timestamp: AT,
        received_at: AT + 250_000,
        connector: 0,
        state: 0,
        power: 0.0,
        energy_delivered: 0.0,
        soc: 0.0,
        flags: 0,
    };
    let mut columns = Columns::default();
    for row in [
        Row {
            connector: 1,
            state: 1,
            power: 47.25,
            energy_delivered: 12.1,
            soc: 63.0,
            flags: FIRST | READING | CONNECTOR | STATE | POWER | ENERGY | SOC,
            ..empty
        },
        Row {
            connector: 2,
            flags: READING | CONNECTOR | STATE,
            ..empty
        },
        Row {
            device: 2,
            timestamp: -1,
            flags: FIRST,
            ..empty
        },
        Row {
            device: 1,
            connector: u32::MAX,
            state: 5,
            power: -11.5,
            flags: FIRST | READING | CONNECTOR | STATE | POWER | RESYNC,
            ..empty
        },
    ] {
        columns.push(row);
    }
    let texts = |texts: &[&str]| Arc::new(texts.iter().copied().collect());
    let names = Names {
        devices: texts(&["dvc_0001", "größe-☃", "dvc_0003"]),
        states: texts(&["idle", "charging", "discharging", "fault", "unavailable", "preparing"]),
    };
    Frames::from_parts(columns, names).unwrap()
}

fn file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn written(frame: &TelemetryFrame) -> Value {
    let reading = |reading: &ConnectorReading| {
        json!({
            "connector_id": reading.connector_id,
            "state": reading.state.as_ref().map(ToString::to_string),
            "power": reading.power,
            "energy_delivered": reading.energy_delivered,
            "soc": reading.soc,
        })
    };
    json!({
        "device_id": frame.device_id,
        "timestamp": frame.timestamp.as_microsecond(),
        "received_at": frame.received_at.as_microsecond(),
        "source": if frame.source == FrameSource::Call { "call" } else { "stream" },
        "connectors": frame.connectors.iter().map(reading).collect::<Vec<_>>(),
    })
}

#[test]
fn a_block_is_as_documented_to_the_last_byte() {
    let expected: String = file("rows.hex").split_whitespace().collect();
    assert_eq!(hex(&encode(&sample(), 0)), expected);
}

#[test]
fn the_frames_beside_it_are_what_the_block_holds() {
    let expected: Value = serde_json::from_str(&file("rows.json")).unwrap();
    let frames: Vec<Value> = sample().iter().map(|frame| written(&frame)).collect();
    assert_eq!(Value::Array(frames), expected);
}

#[test]
fn known_devices_are_not_told_again() {
    let (all, rest, none) = (encode(&sample(), 0), encode(&sample(), 1), encode(&sample(), 9));
    let numbers = |block: &[u8]| [block[12], block[16]];
    assert_eq!((numbers(&all), numbers(&rest)), ([0, 3], [1, 2]));
    assert_eq!(all.len() - rest.len(), 4 + "dvc_0001".len());
    assert_eq!(numbers(&none), [9, 0]);
}
