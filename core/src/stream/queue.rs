//! What waits, in the order in which it came: rows, and what happened between them.

use std::collections::VecDeque;

use super::{columns::Columns, event::StatusEvent, frames::Pool, gap::GapCause, ledger::Ledger};

/// Rows are gathered in pieces of about this size: large enough that there are few, small enough to be used again.
const PIECE: usize = 1 << 13;

/// Devices whose gaps are opened at once: each makes something to be told.
const MARKED_AT_ONCE: usize = 4096;

/// Something that waits, other than rows.
#[derive(Debug)]
pub(super) enum Item {
    Event(StatusEvent),
    /// From `at` on (µs, our clock) these devices are not observed.
    Unobserved {
        devices: Box<[u32]>,
        cause: GapCause,
        at: i64,
    },
    /// These devices are not wanted any more.
    Removed {
        devices: Box<[u32]>,
        at: i64,
    },
}

#[derive(Debug)]
enum Entry {
    /// Rows, of which those before `start` are gone.
    Rows {
        columns: Columns,
        start: usize,
    },
    Item(Item),
}

/// The queue of one stream.
#[derive(Debug, Default)]
pub(super) struct Queue {
    entries: VecDeque<Entry>,
    rows: usize,
}

impl Queue {
    /// How many rows wait.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn push(&mut self, item: Item) {
        self.entries.push_back(Entry::Item(item));
    }

    /// Takes these rows over, and leaves an empty piece that has memory if there is one.
    pub(super) fn push_rows(&mut self, rows: &mut Columns, pool: &Pool) {
        if rows.is_empty() {
            return;
        }
        self.rows += rows.len();
        if let Some(Entry::Rows { columns, .. }) = self.entries.back_mut()
            && columns.len() + rows.len() <= PIECE
        {
            columns.append_range(rows, 0..rows.len());
            rows.clear();
            return;
        }
        let columns = std::mem::replace(rows, pool.take());
        self.entries.push_back(Entry::Rows { columns, start: 0 });
    }

    /// Takes what comes next: first items, which are entered in the ledger or added to `events`, then rows up to the next
    /// item. So nobody learns of a change before the frames that came earlier.
    pub(super) fn take(
        &mut self,
        max_rows: usize,
        events: &mut Vec<StatusEvent>,
        ledger: &mut Ledger,
        pool: &Pool,
    ) -> Columns {
        let mut out = Columns::default();
        while let Some(entry) = self.entries.pop_front() {
            match entry {
                Entry::Item(item) if out.is_empty() => {
                    if let Some(rest) = settle(item, events, ledger, MARKED_AT_ONCE) {
                        self.entries.push_front(Entry::Item(rest));
                    }
                    if ledger.is_full_of_news() {
                        break;
                    }
                }
                Entry::Rows { columns, start: 0 } if out.is_empty() && columns.len() <= max_rows => {
                    self.rows -= columns.len();
                    out = columns;
                }
                Entry::Rows { columns, start } if out.len() < max_rows => {
                    let end = fitting(&columns, start, max_rows - out.len(), out.is_empty());
                    if out.is_empty() {
                        out = pool.take();
                    }
                    out.append_range(&columns, start..end);
                    self.rows -= end - start;
                    if end < columns.len() {
                        self.entries.push_front(Entry::Rows { columns, start: end });
                        break;
                    }
                    pool.give(columns);
                }
                other => {
                    self.entries.push_front(other);
                    break;
                }
            }
        }
        out
    }

    /// Drops the oldest frames until no more than `room` rows wait. Returns how many it were. Items stay.
    pub(super) fn drop_oldest(&mut self, room: usize, ledger: &mut Ledger, at: i64, pool: &Pool) -> u64 {
        let mut dropped = 0;
        let mut kept = Vec::new();
        while self.rows > room {
            match self.entries.pop_front() {
                Some(Entry::Rows { columns, mut start }) => {
                    while self.rows > room && start < columns.len() {
                        let end = columns.frame_end(start);
                        ledger.dropped(columns.device[start], at);
                        dropped += 1;
                        self.rows -= end - start;
                        start = end;
                    }
                    if start < columns.len() {
                        self.entries.push_front(Entry::Rows { columns, start });
                    } else {
                        pool.give(columns);
                    }
                }
                // All that came before it is gone, so its time has come.
                Some(Entry::Item(Item::Event(event))) => kept.push(Item::Event(event)),
                Some(Entry::Item(item)) => {
                    settle(item, &mut Vec::new(), ledger, usize::MAX);
                }
                None => break,
            }
        }
        for item in kept.into_iter().rev() {
            self.entries.push_front(Entry::Item(item));
        }
        dropped
    }
}

/// Does what an item says when its turn has come, for so many devices at once. Returns what is left of it.
fn settle(item: Item, events: &mut Vec<StatusEvent>, ledger: &mut Ledger, devices_at_once: usize) -> Option<Item> {
    match item {
        Item::Event(event) => events.push(event),
        Item::Unobserved { devices, cause, at } => {
            let (now, later) = devices.split_at(devices.len().min(devices_at_once));
            ledger.unobserved(now, cause, at);
            return (!later.is_empty()).then(|| Item::Unobserved {
                devices: later.into(),
                cause,
                at,
            });
        }
        Item::Removed { devices, at } => ledger.removed(&devices, at),
    }
    None
}

/// The end of the whole frames from `start` on that fit into `room` rows; of one frame at least if `one` is set.
fn fitting(columns: &Columns, start: usize, room: usize, one: bool) -> usize {
    if columns.len() - start <= room {
        return columns.len();
    }
    let mut end = start;
    loop {
        let next = columns.frame_end(end);
        if next - start > room && !(one && end == start) {
            return end;
        }
        end = next;
        if end == columns.len() {
            return end;
        }
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
