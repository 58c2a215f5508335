//! Frames as a consumer gets them: columns for those who compute, records for those who look at one at a time.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    columns::{CONNECTOR, Columns, ENERGY, FIRST, POWER, READING, RESYNC, Row, SOC, STATE, moment},
    names::Names,
};
use crate::{
    error::{Error, Result},
    model::{ConnectorReading, ConnectorState, FrameSource, TelemetryFrame},
};

/// Columns with room for more than this many times their rows are too roomy to be kept.
const SPARSE: usize = 4;

/// Frames in the order of arrival.
#[derive(Clone, Default)]
pub struct Frames {
    columns: Columns,
    names: Names,
    frames: usize,
    /// Where the memory goes when the consumer is done: fresh memory costs far more than used memory.
    pool: Option<Arc<Pool>>,
}

impl Frames {
    pub(super) fn new(columns: Columns, names: Names, frames: usize, pool: Option<Arc<Pool>>) -> Self {
        Self {
            columns,
            names,
            frames,
            pool,
        }
    }

    /// How many frames there are.
    pub fn len(&self) -> usize {
        self.frames
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.frames == 0
    }

    /// How many rows there are: one for each reading of a connector, and one for each frame without any.
    pub fn rows(&self) -> usize {
        self.columns.len()
    }

    /// The rows in columns.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The texts behind the codes in the columns.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Frames made of rows that a program has kept. The first row of each frame has [`FIRST`] set, and every code stands for
    /// a text; otherwise [`ErrorKind::InvalidRequest`] says which row is wrong.
    ///
    /// [`ErrorKind::InvalidRequest`]: crate::ErrorKind::InvalidRequest
    pub fn from_parts(columns: Columns, names: Names) -> Result<Self> {
        let (devices, states) = (names.devices.len(), names.states.len());
        for row in 0..columns.len() {
            let Row {
                device, state, flags, ..
            } = columns.row(row);
            let wrong = if row == 0 && flags & FIRST == 0 {
                "belongs to a frame that begins before it"
            } else if device as usize >= devices {
                "has a code that stands for no device"
            } else if flags & STATE != 0 && usize::from(state) >= states {
                "has a code that stands for no state"
            } else {
                continue;
            };
            return Err(Error::invalid("columns", format_args!("row {row} {wrong}")));
        }
        let frames = columns.frames();
        Ok(Self::new(columns, names, frames, None))
    }

    /// Gives back memory that is there for more rows than there are, if it is much: for frames that are to be kept.
    pub fn shrink(&mut self) {
        if self.columns.flags.capacity() > SPARSE * self.columns.len() {
            // A clone has room for what it holds and no more; the roomy columns are used for other frames.
            let exact = self.columns.clone();
            let roomy = std::mem::replace(&mut self.columns, exact);
            if let Some(pool) = &self.pool {
                pool.give(roomy);
            }
        }
    }

    /// The frames as records, one after the other.
    pub fn iter(&self) -> FramesIter<'_> {
        FramesIter { frames: self, next: 0 }
    }

    /// The record of the frame whose rows are these, all of them: see [`Columns::frame_end`].
    pub fn record(&self, rows: std::ops::Range<usize>) -> TelemetryFrame {
        let first = self.columns.row(rows.start);
        let readings = rows.map(|index| self.columns.row(index));
        TelemetryFrame {
            device_id: self.names.device(first.device).to_owned(),
            timestamp: moment(first.timestamp),
            received_at: moment(first.received_at),
            source: if first.flags & RESYNC == 0 {
                FrameSource::Stream
            } else {
                FrameSource::Call
            },
            connectors: readings
                .filter(|row| row.flags & READING != 0)
                .map(|row| self.reading_of(&row))
                .collect(),
        }
    }

    /// The reading in this row.
    pub fn reading(&self, row: usize) -> ConnectorReading {
        self.reading_of(&self.columns.row(row))
    }

    fn reading_of(&self, row: &Row) -> ConnectorReading {
        let told = |flag| row.flags & flag != 0;
        ConnectorReading {
            connector_id: told(CONNECTOR).then_some(row.connector),
            state: told(STATE).then(|| ConnectorState::from(self.names.state(row.state))),
            power: told(POWER).then_some(row.power),
            energy_delivered: told(ENERGY).then_some(row.energy_delivered),
            soc: told(SOC).then_some(row.soc),
        }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.take() {
            pool.give(std::mem::take(&mut self.columns));
        }
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

/// Makes records of [`Frames`], one at a time.
#[derive(Debug)]
pub struct FramesIter<'a> {
    frames: &'a Frames,
    next: usize,
}

impl Iterator for FramesIter<'_> {
    type Item = TelemetryFrame;

    fn next(&mut self) -> Option<TelemetryFrame> {
        let columns = &self.frames.columns;
        if self.next >= columns.len() {
            return None;
        }
        debug_assert!(columns.flags[self.next] & FIRST != 0);
        let rows = self.next..columns.frame_end(self.next);
        self.next = rows.end;
        Some(self.frames.record(rows))
    }
}

impl<'a> IntoIterator for &'a Frames {
    type Item = TelemetryFrame;
    type IntoIter = FramesIter<'a>;

    fn into_iter(self) -> FramesIter<'a> {
        self.iter()
    }
}

/// Columns that have been used and may be used again.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Columns>>);

impl Pool {
    /// Columns that wait for use at most.
    const KEPT: usize = 8;
    /// Larger ones are given back to the system.
    const ROWS: usize = 1 << 14;

    /// Empty columns, with memory if there are any.
    pub(super) fn take(&self) -> Columns {
        self.lock().pop().unwrap_or_default()
    }

    /// Takes columns back.
    pub(super) fn give(&self, mut columns: Columns) {
        if columns.flags.capacity() == 0 || columns.flags.capacity() > Self::ROWS {
            return;
        }
        columns.clear();
        let mut kept = self.lock();
        if kept.len() < Self::KEPT {
            kept.push(columns);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Columns>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.lock().len()).finish()
    }
}
