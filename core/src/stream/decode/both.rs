//! Both ways side by side, and the record beside them: what the tests and the fuzzer hold against each other.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    super::{
        columns::{CONNECTOR, Columns, ENERGY, FIRST, POWER, READING, RowFlags, SOC, STATE},
        names::{Dictionary, LAST_STATE, Names},
        texts::Texts,
    },
    Decoder, Path, record,
};
use crate::model::{ConnectorReading, TelemetryFrame};

const RECEIVED_AT: i64 = 1_742_036_700_000_001;
/// Stands between the messages of one connection: no JSON holds it.
pub(super) const SEPARATOR: char = '\u{1e}';
/// Rows that are kept: enough that frames do not stand at the beginning.
const KEPT: usize = 8;

/// Two connections that see the same messages, one of which knows the general way only.
pub(super) struct Both {
    ours: Side,
    general: Side,
}

struct Side {
    names: Arc<Dictionary>,
    decoder: Decoder,
    rows: Columns,
}

impl Side {
    fn new() -> Self {
        let names = Arc::new(Dictionary::default());
        Self {
            decoder: Decoder::new(names.clone()),
            names,
            rows: Columns::default(),
        }
    }
}

impl Both {
    pub(super) fn new() -> Self {
        Self {
            ours: Side::new(),
            general: Side::new(),
        }
    }

    /// Reads a message both ways, and panics if they differ in anything. Which way was taken; `None` if it is no frame.
    #[track_caller]
    pub(super) fn read(&mut self, text: &str) -> Option<Path> {
        if self.ours.rows.len() > KEPT {
            self.ours.rows.clear();
            self.general.rows.clear();
        }
        let before = self.ours.rows.clone();
        let known = self.ours.names.names();
        let ours = self.ours.decoder.frame(text, RECEIVED_AT, &mut self.ours.rows);
        let general = self.general.decoder.general(text, RECEIVED_AT, &mut self.general.rows);
        match (&ours, &general) {
            (Ok(_), Ok(_)) => {}
            (Err(ours), Err(general)) => assert_eq!(ours.to_string(), general.to_string(), "{text}"),
            _ => panic!("ours: {ours:?}, the general way: {general:?}, for {text}"),
        }
        let (names, same) = (self.ours.names.names(), self.general.names.names());
        assert_eq!((&names.devices, &names.states), (&same.devices, &same.states), "{text}");
        assert_eq!(bits(&self.ours.rows, 0), bits(&self.general.rows, 0), "{text}");
        let record = record::frame(text, Timestamp::UNIX_EPOCH);
        assert_eq!(ours.is_ok(), record.is_ok(), "the record: {record:?}, for {text}");
        match record {
            Ok(record) => assert_eq!(bits(&self.ours.rows, before.len()), expected(&record, &names), "{text}"),
            Err(_) => {
                assert_eq!(bits(&self.ours.rows, 0), bits(&before, 0), "{text}");
                assert_eq!(
                    (known.devices.len(), known.states.len()),
                    (names.devices.len(), names.states.len()),
                    "{text}"
                );
            }
        }
        ours.ok()
    }
}

/// A row with its floats as bits: `0.0 == -0.0`, but they are not the same.
type Bits = (u32, i64, i64, u32, u8, [u64; 3], RowFlags);

fn bits(columns: &Columns, from: usize) -> Vec<Bits> {
    let row = |index| {
        let row = columns.row(index);
        let floats = [row.power, row.energy_delivered, row.soc].map(f64::to_bits);
        (
            row.device,
            row.timestamp,
            row.received_at,
            row.connector,
            row.state,
            floats,
            row.flags,
        )
    };
    (from..columns.len()).map(row).collect()
}

/// The rows that a record amounts to.
fn expected(record: &TelemetryFrame, names: &Names) -> Vec<Bits> {
    let code = |texts: &Texts, text: &str| texts.iter().position(|known| known == text);
    let device = code(&names.devices, &record.device_id).expect("the device has a code") as u32;
    let head = (device, record.timestamp.as_microsecond(), RECEIVED_AT);
    let row = |(index, reading): (usize, &ConnectorReading)| {
        let state = reading.state.as_ref().map(|state| {
            let code = code(&names.states, state.as_str()).unwrap_or(usize::from(LAST_STATE));
            u8::try_from(code).expect("codes of states fit")
        });
        let floats = [reading.power, reading.energy_delivered, reading.soc];
        let flags = [
            (FIRST, index == 0),
            (READING, true),
            (CONNECTOR, reading.connector_id.is_some()),
            (STATE, state.is_some()),
            (POWER, reading.power.is_some()),
            (ENERGY, reading.energy_delivered.is_some()),
            (SOC, reading.soc.is_some()),
        ];
        (
            head.0,
            head.1,
            head.2,
            reading.connector_id.unwrap_or_default(),
            state.unwrap_or_default(),
            floats.map(|float| float.unwrap_or_default().to_bits()),
            flags.iter().filter(|(_, set)| *set).map(|(flag, _)| flag).sum(),
        )
    };
    if record.connectors.is_empty() {
        return vec![(head.0, head.1, head.2, 0, 0, [0; 3], FIRST)];
    }
    record.connectors.iter().enumerate().map(row).collect()
}
