//! The newest reading of every connector: what a screen shows, what tells a duplicate, what tells that a device fell silent.

use std::time::Duration;

use super::{
    columns::{Columns, READING, Row},
    reading::Reading,
};
use crate::config::Staleness;

/// Readings that a device has room for without memory of their own.
const INLINE: usize = 1;
/// How much the newest interval counts in a learned cadence: one eighth, so that one late frame changes little.
const LEARNING: i64 = 8;
/// In µs.
const MILLISECOND: i64 = 1000;
/// A device whose cadence is not known yet is not called stale before this time.
const UNLEARNED: Duration = Duration::from_secs(60);

/// What is known of one device. There is one for every device, so it is kept small.
#[derive(Debug, Default)]
struct Slot {
    /// When its newest frame came, by the monotonic clock, in µs; 0 if nothing came yet.
    seen: i64,
    /// The usual time between two frames while it is active, in ms; 0 if not known yet.
    cadence: u32,
    used: u8,
    /// Something has not been delivered yet. Used by the policy that keeps only the newest.
    pending: bool,
    stale: bool,
    /// Something flows, so that it has to report.
    active: bool,
    inline: [Reading; INLINE],
    /// What few devices have.
    more: Option<Box<More>>,
}

/// What a device has no room for in its slot.
#[derive(Debug, Default)]
struct More {
    /// Readings of further connectors.
    readings: Vec<Reading>,
    /// The newest frame that named no connector, if it has not been delivered: both clocks, in µs.
    bare: Option<(i64, i64)>,
}

impl Slot {
    fn readings(&self) -> impl Iterator<Item = &Reading> {
        let more = self.more.iter().flat_map(|more| &more.readings);
        self.inline[..usize::from(self.used)].iter().chain(more)
    }

    fn readings_mut(&mut self) -> impl Iterator<Item = &mut Reading> {
        let more = self.more.iter_mut().flat_map(|more| &mut more.readings);
        self.inline[..usize::from(self.used)].iter_mut().chain(more)
    }

    fn find(&mut self, row: &Row) -> Option<&mut Reading> {
        self.readings_mut().find(|reading| reading.same_connector(row))
    }

    fn add(&mut self, reading: Reading) {
        if usize::from(self.used) < INLINE {
            self.inline[usize::from(self.used)] = reading;
            self.used += 1;
        } else {
            self.more().readings.push(reading);
        }
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }
}

/// What the board says of a frame that was put on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// It is new.
    New,
    /// It is new, and takes the place of a reading that had not been delivered.
    Instead,
    /// It is older than what came before, which it does not take the place of.
    Older,
    /// The very same readings came before.
    Duplicate,
}

/// The newest readings of all devices, by their code.
#[derive(Debug, Default)]
pub(super) struct Board(Vec<Slot>);

impl Board {
    /// Puts the frame in the rows `first..end` on the board; `now` is monotonic, in µs.
    pub(super) fn observe(&mut self, columns: &Columns, first: usize, end: usize, now: i64) -> Seen {
        let slot = self.slot(columns.device[first]);
        let timestamp = columns.timestamp[first];
        let known = slot.readings().any(|reading| reading.timestamp == timestamp);
        if known && is_duplicate(slot, columns, first, end) {
            slot.seen = now.max(1);
            return Seen::Duplicate;
        }
        let tells = columns.flags[first] & READING != 0;
        let (mut newer, mut instead) = (!tells, false);
        if tells {
            for index in first..end {
                let row = columns.row(index);
                match slot.find(&row) {
                    Some(known) if known.outlasts(&row) => continue,
                    Some(known) => {
                        instead |= known.fresh;
                        *known = Reading::of(&row);
                    }
                    None => slot.add(Reading::of(&row)),
                }
                newer = true;
            }
        } else {
            slot.more().bare = Some((columns.timestamp[first], columns.received_at[first]));
        }
        let active = slot.readings().any(Reading::is_active);
        if std::mem::replace(&mut slot.active, active) && active && !slot.stale {
            let interval = ((now - slot.seen) / MILLISECOND).max(1);
            let known = i64::from(slot.cadence);
            let learned = if known == 0 {
                interval
            } else {
                known + (interval - known) / LEARNING
            };
            slot.cadence = u32::try_from(learned).unwrap_or(u32::MAX);
        }
        slot.seen = now.max(1);
        slot.stale = false;
        match (newer, instead) {
            (_, true) => Seen::Instead,
            (true, false) => Seen::New,
            (false, false) => Seen::Older,
        }
    }

    /// Notes that something of the device waits to be delivered. Says whether nothing did before.
    pub(super) fn await_delivery(&mut self, device: u32) -> bool {
        !std::mem::replace(&mut self.slot(device).pending, true)
    }

    /// Adds what waits of a device to `out`, unless nothing does.
    pub(super) fn deliver(&mut self, device: u32, out: &mut Columns) {
        let slot = self.slot(device);
        if !std::mem::take(&mut slot.pending) {
            return;
        }
        let bare = slot.more.as_mut().and_then(|more| more.bare.take());
        let mut last = None;
        for reading in slot.readings_mut().filter(|reading| reading.fresh) {
            reading.fresh = false;
            out.push(reading.row(device, last != Some(reading.timestamp)));
            last = Some(reading.timestamp);
        }
        if let (None, Some((timestamp, received_at))) = (last, bare) {
            out.push(Reading::nothing(timestamp, received_at).row(device, true));
        }
    }

    /// The newest readings of these devices.
    pub(super) fn snapshot(&self, devices: impl IntoIterator<Item = u32>) -> Columns {
        let mut columns = Columns::default();
        for device in devices {
            let mut last = None;
            for reading in self.0.get(device as usize).into_iter().flat_map(Slot::readings) {
                columns.push(reading.row(device, last != Some(reading.timestamp)));
                last = Some(reading.timestamp);
            }
        }
        columns
    }

    /// Those of these devices that should have reported by now, and did not. Each is named once until it reports again.
    pub(super) fn fallen_silent(&mut self, devices: impl Iterator<Item = u32>, rule: Staleness, now: i64) -> Vec<u32> {
        let mut silent = Vec::new();
        for device in devices {
            let slot = self.slot(device);
            if slot.stale || !slot.active {
                continue;
            }
            let limit = match slot.cadence {
                0 => micros(UNLEARNED.max(rule.minimum)),
                cadence => {
                    let usual = i64::from(cadence) * MILLISECOND;
                    micros(rule.minimum).max(usual.saturating_mul(i64::from(rule.factor)))
                }
            };
            if now - slot.seen > limit {
                slot.stale = true;
                silent.push(device);
            }
        }
        silent
    }

    /// Whether the device has reported since `then` (monotonic, in µs).
    pub(super) fn seen_since(&mut self, device: u32, then: i64) -> bool {
        self.slot(device).seen > then
    }

    /// Takes the memory for so many devices at once: growing little by little would leave as much behind.
    pub(super) fn make_room(&mut self, devices: usize) {
        grow(&mut self.0, devices);
    }

    /// Forgets a device, except for its place.
    pub(super) fn remove(&mut self, device: u32) {
        *self.slot(device) = Slot::default();
    }

    fn slot(&mut self, device: u32) -> &mut Slot {
        let index = device as usize;
        if index >= self.0.len() {
            grow(&mut self.0, index + 1);
            self.0.resize_with(index + 1, Slot::default);
        }
        &mut self.0[index]
    }
}

fn is_duplicate(slot: &mut Slot, columns: &Columns, first: usize, end: usize) -> bool {
    columns.flags[first] & READING != 0
        && (first..end).all(|index| {
            let row = columns.row(index);
            slot.find(&row).is_some_and(|known| known.equals(&row))
        })
}

/// Makes room for this many in all, and an eighth more: doubling would waste half of what a large fleet needs.
pub(super) fn grow<T>(list: &mut Vec<T>, len: usize) {
    if len > list.capacity() {
        list.reserve_exact(len + len / 8 - list.len());
    }
}

/// As whole microseconds; what does not fit becomes the largest that does.
pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
