//! What was read, in a few numbers: clients that tell the same have read the same.

use serde::Serialize;

/// Sums over every field of every reading; those of integers modulo 2⁶⁴.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Checksum {
    /// Readings.
    pub readings: u64,
    /// Of the ids: their last eight bytes as a little-endian number.
    pub devices: u64,
    /// Of the timestamps in µs.
    pub timestamps: u64,
    /// Of the connectors' numbers.
    pub connectors: u64,
    /// Of the lengths of the states' names.
    pub states: u64,
    /// Of the powers.
    pub power: f64,
    /// Of the energies.
    pub energy: f64,
    /// Of the states of charge.
    pub soc: f64,
}

impl Checksum {
    /// What one occurrence of an id adds.
    pub fn of_device(id: &str) -> u64 {
        id.as_bytes()
            .last_chunk()
            .map_or(0, |last: &[u8; 8]| u64::from_le_bytes(*last))
    }
}
