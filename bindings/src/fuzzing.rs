//! What the fuzzer feeds: blocks of rows, and such blocks with damage. No part of the interface.

#![doc(hidden)]
#![allow(missing_docs, reason = "not for use")]

mod reader;
mod tape;

use std::{ops::Range, sync::Arc};

use jiff::Timestamp;
use tellus_core::{
    Frames, Names,
    columns::{CONNECTOR, Columns, ENERGY, POWER, READING, RESYNC, Row, SOC, STATE},
    model::{ConnectorReading, FrameSource, TelemetryFrame},
};

use self::{
    reader::{Block, Reader},
    tape::Tape,
};
use crate::rows;

/// Makes two batches of one stream out of the bytes, and panics if a reader that knows nothing but the documented layout
/// sees anything else in their blocks. Then damages the second block: the reader refuses it, or it means what it says.
pub fn rows(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let [earlier, later] = tape.batches();
    let mut reader = Reader::default();
    carried_over(&earlier, &mut reader);
    let before = reader.clone();
    let mut block = carried_over(&later, &mut reader);
    tape.damage(&mut block);
    attempted(before, &block);
    // What the fuzzer itself makes up, too.
    attempted(Reader::default(), bytes);
}

/// Writes frames for a reader, and lets it read them. Returns their block.
fn carried_over(frames: &Frames, reader: &mut Reader) -> Vec<u8> {
    let block = rows::encode(frames, known(reader));
    let read = reader
        .read(&block)
        .unwrap_or_else(|refusal| panic!("{refusal}: {block:02x?}"));
    assert_eq!(read.rows.len(), frames.rows());
    for (index, row) in read.rows.iter().enumerate() {
        assert_eq!(bits(row), bits(&frames.columns().row(index)), "row {index}");
    }
    assert!(read.states.iter().eq(frames.names().states.iter()), "{:?}", read.states);
    assert!(
        reader.devices.iter().eq(frames.names().devices.iter()),
        "{:?}",
        reader.devices
    );
    assert_eq!(read.frames.len(), frames.len());
    for (frame, range) in frames.iter().zip(&read.frames) {
        same(&frame, &read, range, reader);
    }
    block
}

/// A record, which is what Kotlin and Swift make of a frame, against the rows that were read.
fn same(frame: &TelemetryFrame, read: &Block, range: &Range<usize>, reader: &Reader) {
    let rows = &read.rows[range.clone()];
    let first = rows[0];
    // A record holds years that a calendar has. Of the last second jiff takes no microseconds, though its end lies there.
    let (first_second, last_second) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let moment = |micros: i64| match micros {
        _ if micros < first_second * 1_000_000 => Timestamp::MIN.as_microsecond(),
        _ if micros > last_second * 1_000_000 => Timestamp::MAX.as_microsecond(),
        told => told,
    };
    assert_eq!(frame.device_id, reader.devices[first.device as usize]);
    assert_eq!(frame.timestamp.as_microsecond(), moment(first.timestamp));
    assert_eq!(frame.received_at.as_microsecond(), moment(first.received_at));
    assert_eq!(frame.source == FrameSource::Call, first.flags & RESYNC != 0);
    let readings: Vec<&Row> = rows.iter().filter(|row| row.flags & READING != 0).collect();
    assert_eq!(frame.connectors.len(), readings.len());
    for (reading, row) in frame.connectors.iter().zip(readings) {
        let ConnectorReading {
            connector_id,
            state,
            power,
            energy_delivered,
            soc,
        } = reading;
        let told = |flag| row.flags & flag != 0;
        assert_eq!(*connector_id, told(CONNECTOR).then_some(row.connector));
        assert_eq!(
            state.as_ref().map(|state| state.as_str()),
            told(STATE).then(|| read.states[usize::from(row.state)].as_str())
        );
        for (number, flag, column) in [
            (power, POWER, row.power),
            (energy_delivered, ENERGY, row.energy_delivered),
            (soc, SOC, row.soc),
        ] {
            assert_eq!(number.map(f64::to_bits), told(flag).then_some(column.to_bits()));
        }
    }
}

/// Reads a block that may be none. One that is refused teaches nothing; one that is not means every byte of it.
fn attempted(mut reader: Reader, block: &[u8]) {
    let before = reader.devices.clone();
    match reader.read(block) {
        Ok(read) => assert_eq!(written(&read, &reader), block),
        Err(_) => assert_eq!(reader.devices, before),
    }
}

/// What was read, written once more.
fn written(read: &Block, reader: &Reader) -> Vec<u8> {
    let mut columns = Columns::default();
    read.rows.iter().for_each(|row| columns.push(*row));
    let texts = |texts: &[String]| Arc::new(texts.iter().map(String::as_str).collect());
    let names = Names {
        devices: texts(&reader.devices),
        states: texts(&read.states),
    };
    let frames = Frames::from_parts(columns, names).expect("what is read has a text for every code");
    rows::encode(&frames, read.first_device)
}

fn known(reader: &Reader) -> u32 {
    u32::try_from(reader.devices.len()).expect("a tape has few devices")
}

/// A row with its floats as bits: a NaN is not equal to itself, and `0.0 == -0.0`.
fn bits(row: &Row) -> (u32, i64, i64, u32, u8, [u64; 3], u8) {
    (
        row.device,
        row.timestamp,
        row.received_at,
        row.connector,
        row.state,
        [row.power, row.energy_delivered, row.soc].map(f64::to_bits),
        row.flags,
    )
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    /// Every bit, and all of them.
    const CHANGES: [u8; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 255];

    /// What each file of the corpus holds, under its name.
    fn corpus() -> Vec<(String, Vec<u8>)> {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus/rows");
        let entries = fs::read_dir(&corpus).expect("the corpus is there");
        let mut files: Vec<_> = entries
            .map(|entry| {
                let entry = entry.expect("a file");
                let bytes = fs::read(entry.path()).expect("a file that can be read");
                (entry.file_name().to_string_lossy().into_owned(), bytes)
            })
            .collect();
        files.sort();
        files
    }

    #[test]
    fn the_corpus_of_the_fuzzer_crosses_unchanged() {
        let corpus = corpus();
        for (name, bytes) in &corpus {
            eprintln!("{name}");
            rows(bytes);
        }
        let frames: usize = corpus
            .iter()
            .map(|(_, bytes)| Tape::new(bytes).batches()[1].len())
            .sum();
        assert!(
            corpus.len() >= 20 && frames >= 100,
            "{} files, {frames} frames",
            corpus.len()
        );
    }

    #[test]
    fn no_byte_of_a_block_can_be_changed_and_none_cut_off_unnoticed() {
        let (_, bytes) = corpus()
            .into_iter()
            .find(|(name, _)| name == "everything")
            .expect("it is there");
        let [earlier, later] = Tape::new(&bytes).batches();
        let mut reader = Reader::default();
        carried_over(&earlier, &mut reader);
        let before = reader.clone();
        let sound = carried_over(&later, &mut reader);
        let mut refused = 0;
        for at in 0..sound.len() {
            for change in CHANGES {
                let mut block = sound.clone();
                block[at] ^= change;
                refused += usize::from(before.clone().read(&block).is_err());
                attempted(before.clone(), &block);
            }
            assert!(before.clone().read(&sound[..at]).is_err(), "cut off at {at}");
        }
        // Each byte of the head and of the padding at least.
        let rows = later.rows();
        assert!(
            rows > 3 && refused > CHANGES.len() * (20 + 6 * rows),
            "{rows} rows, {refused} refused"
        );
        let longer = [sound.as_slice(), &[0]].concat();
        assert!(before.clone().read(&longer).is_err(), "goes on behind its end");
    }
}
