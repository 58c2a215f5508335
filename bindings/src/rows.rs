//! Telemetry as bytes: a record for each reading would cost more to carry over than to read.
//!
//! One block holds rows of a fixed layout, then the texts behind their codes. All numbers are little-endian; no gaps but
//! those named.
//!
//! | at | type | what |
//! |---|---|---|
//! | 0 | u16 | version of the layout: 1 |
//! | 2 | u16 | length of a row: 56 |
//! | 4 | u32 | number of rows |
//! | 8 | u32 | number of frames |
//! | 12 | u32 | code of the first device in the table of devices |
//! | 16 | u32 | number of devices in the table |
//! | 20 | u32 | number of states in the table |
//! | 24 | | the rows |
//! | behind them | | the table of states, from code 0 on; then the table of devices; each text as u32 length in bytes, then UTF-8 |
//!
//! A row:
//!
//! | at | type | what |
//! |---|---|---|
//! | 0 | i64 | the charger's own time, µs since 1970-01-01 UTC |
//! | 8 | i64 | when the SDK received it, by this machine's clock, µs since 1970-01-01 UTC |
//! | 16 | f64 | power in kW, negative while discharging |
//! | 24 | f64 | energy of the present session in kWh |
//! | 32 | f64 | state of charge in % |
//! | 40 | u32 | the device's code |
//! | 44 | u32 | number of the connector |
//! | 48 | u8 | the state's code |
//! | 49 | u8 | what is set, as bits: first row of its frame 1, is a reading 2, names its connector 4, tells state 8, power 16, energy 32, state of charge 64, read by a call 128 |
//! | 50 | 6 bytes | zero |
//!
//! A device's code stays the same for as long as a stream lives, so a table holds only the devices that its reader does not
//! know yet. States are few, and all told each time.

use tellus_core::{Frames, columns::Row};

const VERSION: u16 = 1;
const HEADER: usize = 24;
const ROW: usize = 56;

/// The frames as a block whose reader knows the devices with codes below `known`.
pub(crate) fn encode(frames: &Frames, known: u32) -> Vec<u8> {
    let (columns, names) = (frames.columns(), frames.names());
    let (states, devices) = (names.states.len(), names.devices.len().saturating_sub(known as usize));
    let texts = || names.states.iter().chain(names.devices.iter_from(known as usize));
    let length = HEADER + ROW * columns.len() + texts().map(|text| 4 + text.len()).sum::<usize>();
    let mut out = Vec::with_capacity(length);
    out.extend(VERSION.to_le_bytes());
    out.extend((ROW as u16).to_le_bytes());
    let counts = [columns.len(), frames.len(), known as usize, devices, states];
    out.extend(counts.into_iter().flat_map(|count| (count as u32).to_le_bytes()));
    for index in 0..columns.len() {
        out.extend(row(&columns.row(index)));
    }
    for text in texts() {
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(text.as_bytes());
    }
    out
}

fn row(row: &Row) -> [u8; ROW] {
    let mut out = [0; ROW];
    let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &row.timestamp.to_le_bytes());
    put(8, &row.received_at.to_le_bytes());
    put(16, &row.power.to_le_bytes());
    put(24, &row.energy_delivered.to_le_bytes());
    put(32, &row.soc.to_le_bytes());
    put(40, &row.device.to_le_bytes());
    put(44, &row.connector.to_le_bytes());
    put(48, &[row.state, row.flags]);
    out
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
