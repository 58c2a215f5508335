//! Telemetry in columns: a row for each connector's reading, the rows of one frame side by side.

use jiff::Timestamp;

/// What a row holds, as bits: see the constants.
pub type RowFlags = u8;

/// The row is the first of its frame.
pub const FIRST: RowFlags = 1;
/// The row is a reading. Without it the frame named no connector at all, and the row stands for the frame alone.
pub const READING: RowFlags = 1 << 1;
/// The reading names its connector.
pub const CONNECTOR: RowFlags = 1 << 2;
/// The reading tells a state.
pub const STATE: RowFlags = 1 << 3;
/// The reading tells a power.
pub const POWER: RowFlags = 1 << 4;
/// The reading tells an energy.
pub const ENERGY: RowFlags = 1 << 5;
/// The reading tells a state of charge.
pub const SOC: RowFlags = 1 << 6;
/// The row was read by a call after a gap; it did not come from the stream.
pub const RESYNC: RowFlags = 1 << 7;

/// One row, as it goes in or out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The device's code: its place among [`Names::devices`](super::Names::devices).
    pub device: u32,
    /// The charger's own time of the reading, in µs since 1970-01-01 UTC.
    pub timestamp: i64,
    /// When the SDK received it, by this machine's clock, in µs since 1970-01-01 UTC.
    pub received_at: i64,
    /// Number of the connector; 0 where [`CONNECTOR`] is not set.
    pub connector: u32,
    /// The state's code: its place among [`Names::states`](super::Names::states); 0 where [`STATE`] is not set.
    pub state: u8,
    /// Power in kW, negative while discharging; 0 where [`POWER`] is not set.
    pub power: f64,
    /// Energy of the present session in kWh; 0 where [`ENERGY`] is not set.
    pub energy_delivered: f64,
    /// State of charge in %; 0 where [`SOC`] is not set.
    pub soc: f64,
    /// What is set.
    pub flags: RowFlags,
}

/// Rows in columns, all of one length. Values that a reading does not tell are 0; the flags say which those are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// Codes of devices.
    pub device: Vec<u32>,
    /// The chargers' own times, in µs since 1970-01-01 UTC.
    pub timestamp: Vec<i64>,
    /// When the SDK received each row, by this machine's clock, in µs since 1970-01-01 UTC.
    pub received_at: Vec<i64>,
    /// Numbers of connectors.
    pub connector: Vec<u32>,
    /// Codes of states.
    pub state: Vec<u8>,
    /// Power in kW, negative while discharging.
    pub power: Vec<f64>,
    /// Energy of the present session in kWh.
    pub energy_delivered: Vec<f64>,
    /// State of charge in %.
    pub soc: Vec<f64>,
    /// What each row holds.
    pub flags: Vec<RowFlags>,
}

/// Does the same to every column.
macro_rules! each_column {
    ($columns:expr, |$column:ident| $what:expr) => {{
        macro_rules! one {
            ($field:ident) => {{
                let $column = &mut $columns.$field;
                $what;
            }};
        }
        one!(device);
        one!(timestamp);
        one!(received_at);
        one!(connector);
        one!(state);
        one!(power);
        one!(energy_delivered);
        one!(soc);
        one!(flags);
    }};
}

impl Columns {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.flags.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.flags.iter().filter(|flags| **flags & FIRST != 0).count()
    }

    /// Adds a row.
    pub fn push(&mut self, row: Row) {
        self.device.push(row.device);
        self.timestamp.push(row.timestamp);
        self.received_at.push(row.received_at);
        self.connector.push(row.connector);
        self.state.push(row.state);
        self.power.push(row.power);
        self.energy_delivered.push(row.energy_delivered);
        self.soc.push(row.soc);
        self.flags.push(row.flags);
    }

    /// The row at `index`, which must be there.
    pub fn row(&self, index: usize) -> Row {
        Row {
            device: self.device[index],
            timestamp: self.timestamp[index],
            received_at: self.received_at[index],
            connector: self.connector[index],
            state: self.state[index],
            power: self.power[index],
            energy_delivered: self.energy_delivered[index],
            soc: self.soc[index],
            flags: self.flags[index],
        }
    }

    /// The end of the frame that begins at `first`: the first row behind it.
    pub fn frame_end(&self, first: usize) -> usize {
        let behind = &self.flags[first + 1..];
        behind
            .iter()
            .position(|flags| flags & FIRST != 0)
            .map_or(self.len(), |rows| first + 1 + rows)
    }

    /// Forgets all rows from `len` on; keeps the memory.
    pub(super) fn truncate(&mut self, len: usize) {
        each_column!(self, |column| column.truncate(len));
    }

    /// Forgets all rows; keeps the memory.
    pub(super) fn clear(&mut self) {
        self.truncate(0);
    }

    /// Adds the rows `range` of `other`.
    pub(super) fn append_range(&mut self, other: &Self, range: std::ops::Range<usize>) {
        self.device.extend_from_slice(&other.device[range.clone()]);
        self.timestamp.extend_from_slice(&other.timestamp[range.clone()]);
        self.received_at.extend_from_slice(&other.received_at[range.clone()]);
        self.connector.extend_from_slice(&other.connector[range.clone()]);
        self.state.extend_from_slice(&other.state[range.clone()]);
        self.power.extend_from_slice(&other.power[range.clone()]);
        self.energy_delivered
            .extend_from_slice(&other.energy_delivered[range.clone()]);
        self.soc.extend_from_slice(&other.soc[range.clone()]);
        self.flags.extend_from_slice(&other.flags[range]);
    }

    /// Keeps the frames for whose first row `keep` says so. `keep` sees the rows as they are.
    pub(super) fn retain_frames(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let (mut read, mut write) = (0, 0);
        while read < self.len() {
            let end = self.frame_end(read);
            if keep(read) {
                if read != write {
                    each_column!(self, |column| column.copy_within(read..end, write));
                }
                write += end - read;
            }
            read = end;
        }
        self.truncate(write);
    }
}

/// µs since 1970 as a moment. What lies beyond the years that a timestamp can tell becomes the nearest that it can.
pub(super) fn moment(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(if microseconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lengths: &[usize]) -> Columns {
        let mut columns = Columns::default();
        for (frame, length) in lengths.iter().enumerate() {
            for row in 0..*length {
                columns.push(Row {
                    device: frame as u32,
                    timestamp: row as i64,
                    received_at: 0,
                    connector: row as u32 + 1,
                    state: 0,
                    power: 0.5,
                    energy_delivered: 0.0,
                    soc: 0.0,
                    flags: READING | CONNECTOR | POWER | if row == 0 { FIRST } else { 0 },
                });
            }
        }
        columns
    }

    #[test]
    fn frames_keep_their_rows_when_others_go() {
        let mut columns = rows(&[1, 3, 2, 1]);
        assert_eq!(columns.frame_end(1), 4);
        assert_eq!(columns.frame_end(6), 7);
        let all = columns.clone();
        columns.retain_frames(|first| all.device[first] % 2 == 1);
        assert_eq!(columns.device, [1, 1, 1, 3]);
        assert_eq!(columns.connector, [1, 2, 3, 1]);
        let mut other = rows(&[1]);
        other.append_range(&columns, 3..4);
        assert_eq!((other.len(), other.row(1)), (2, all.row(6)));
    }
}
