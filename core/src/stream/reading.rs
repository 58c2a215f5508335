//! One connector's newest reading, as the board keeps it.

use super::columns::{CONNECTOR, FIRST, RESYNC, Row, STATE};

/// States in which a charger may be silent: nothing flows, so there is nothing to report. Codes as in [`super::names`].
const QUIET_STATES: [u8; 3] = [0, 3, 4];

/// One connector's newest reading.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    pub(super) timestamp: i64,
    pub(super) received_at: i64,
    power: f64,
    energy_delivered: f64,
    soc: f64,
    connector: u32,
    state: u8,
    flags: u8,
    /// Not delivered yet. Used by the policy that keeps only the newest.
    pub(super) fresh: bool,
}

impl Reading {
    pub(super) fn of(row: &Row) -> Self {
        Self {
            timestamp: row.timestamp,
            received_at: row.received_at,
            power: row.power,
            energy_delivered: row.energy_delivered,
            soc: row.soc,
            connector: row.connector,
            state: row.state,
            flags: row.flags & !FIRST,
            fresh: true,
        }
    }

    /// What stands for a frame that named no connector.
    pub(super) fn nothing(timestamp: i64, received_at: i64) -> Self {
        Self {
            timestamp,
            received_at,
            ..Self::default()
        }
    }

    pub(super) fn row(&self, device: u32, first: bool) -> Row {
        Row {
            device,
            timestamp: self.timestamp,
            received_at: self.received_at,
            connector: self.connector,
            state: self.state,
            power: self.power,
            energy_delivered: self.energy_delivered,
            soc: self.soc,
            flags: self.flags | if first { FIRST } else { 0 },
        }
    }

    pub(super) fn same_connector(&self, row: &Row) -> bool {
        self.flags & CONNECTOR == row.flags & CONNECTOR && self.connector == row.connector
    }

    /// The very same reading. Bits are compared: two that differ in the sign of zero are not the same message.
    pub(super) fn equals(&self, row: &Row) -> bool {
        self.timestamp == row.timestamp
            && self.flags == row.flags & !FIRST
            && self.state == row.state
            && self.power.to_bits() == row.power.to_bits()
            && self.energy_delivered.to_bits() == row.energy_delivered.to_bits()
            && self.soc.to_bits() == row.soc.to_bits()
    }

    /// Whether this stays when that row comes. An answer to a call carries our time, which the charger's may be behind: what
    /// the stream says after it is the newer one.
    pub(super) fn outlasts(&self, row: &Row) -> bool {
        self.timestamp > row.timestamp && self.flags & RESYNC <= row.flags & RESYNC
    }

    pub(super) fn is_active(&self) -> bool {
        self.flags & STATE != 0 && !QUIET_STATES.contains(&self.state)
    }
}
