//! Keeps account of what was not observed: per device, from the last frame that was delivered to the next one.
//!
//! It is told in the order in which a consumer learns of things, so a frame that still waits when a connection breaks lies
//! before the gap, and not in it.

use std::collections::{HashMap, VecDeque};

use super::{
    board::grow,
    columns::{Columns, FIRST, RESYNC},
    entry::{Entry, Moment, NEVER, NOWHERE, Slot},
    gap::{Gap, GapCause},
    latency::Latency,
    names::Names,
};

/// So much is told at once, so that a fleet that was lost does not fill the memory once more.
const MAX_NEWS: usize = 4096;
/// The account of one stream.
#[derive(Debug)]
pub(super) struct Ledger {
    slots: Vec<Slot>,
    /// How many gaps are open.
    open: u64,
    /// Gaps that ended.
    closed: VecDeque<Entry>,
    /// Where dropping is the rule: each device's newest gap by it, which goes on if the next frame is dropped, too.
    passed_over: HashMap<u32, Entry>,
    /// How many closed gaps are kept.
    room: usize,
    forgotten: u64,
    /// Whether gaps by dropping are told as they open and close, or only kept in the table.
    tells_drops: bool,
    dropped: HashMap<u32, u64>,
    /// What is to be told.
    news: VecDeque<Entry>,
    pub(super) latency: Latency,
}

impl Ledger {
    pub(super) fn new(room: usize, tells_drops: bool) -> Self {
        Self {
            slots: Vec::new(),
            open: 0,
            closed: VecDeque::new(),
            passed_over: HashMap::new(),
            room,
            forgotten: 0,
            tells_drops,
            dropped: HashMap::new(),
            news: VecDeque::new(),
            latency: Latency::default(),
        }
    }

    /// Takes the memory for so many devices at once.
    pub(super) fn make_room(&mut self, devices: usize) {
        grow(&mut self.slots, devices);
    }

    /// From `at` on (µs, our clock) these devices are not observed. Where a gap is open it goes on.
    pub(super) fn unobserved(&mut self, devices: &[u32], cause: GapCause, at: i64) {
        for device in devices {
            self.open_gap(*device, cause, at);
        }
    }

    /// A frame of the device was dropped before it could be delivered.
    pub(super) fn dropped(&mut self, device: u32, at: i64) {
        *self.dropped.entry(device).or_default() += 1;
        self.open_gap(device, GapCause::Dropped, at);
        let slot = self.slot(device);
        if !slot.passed_over {
            slot.dropped = slot.dropped.saturating_add(1);
        } else if let Some(entry) = self.passed_over.get_mut(&device) {
            entry.dropped = entry.dropped.saturating_add(1);
        }
    }

    /// The device is not wanted any more: its open gap ends without a frame.
    pub(super) fn removed(&mut self, devices: &[u32], at: i64) {
        for device in devices {
            self.close_gap(*device, NOWHERE, at, false);
            *self.slot(*device) = Slot::default();
        }
    }

    /// These rows are being delivered at `now` (µs, our clock). Returns how many frames they are.
    pub(super) fn delivered(&mut self, columns: &Columns, now: i64) -> usize {
        let mut frames = 0;
        for (row, flags) in columns.flags.iter().enumerate() {
            if flags & FIRST == 0 {
                continue;
            }
            frames += 1;
            let moment = (columns.timestamp[row], columns.received_at[row]);
            let resynced = flags & RESYNC != 0;
            if !resynced {
                self.latency.record(now - moment.0);
            }
            let device = columns.device[row];
            if self.slot(device).is_in_gap() {
                self.close_gap(device, moment, now, resynced);
            }
            self.slot(device).last = moment;
        }
        frames
    }

    /// What is to be told, the oldest first, not all at once if it is much.
    pub(super) fn take_news(&mut self, names: &Names) -> Vec<Gap> {
        let count = self.news.len().min(MAX_NEWS);
        let told = self.news.drain(..count).map(|entry| entry.gap(names)).collect();
        if self.news.is_empty() {
            // Losing all connections makes much of it; that memory is not kept for the next time.
            self.news = VecDeque::new();
        }
        told
    }

    pub(super) fn has_news(&self) -> bool {
        !self.news.is_empty()
    }

    /// Whether there is more to be told than is told at once.
    pub(super) fn is_full_of_news(&self) -> bool {
        self.news.len() >= MAX_NEWS
    }

    /// All gaps that are kept, by when they were opened.
    pub(super) fn gaps(&self, names: &Names) -> Vec<Gap> {
        let slots = (0u32..).zip(&self.slots);
        let open = slots.filter(|(_, slot)| slot.is_in_gap() && !slot.passed_over);
        let mut all: Vec<_> = open.map(|(device, slot)| slot.entry(device)).collect();
        all.extend(self.closed.iter().chain(self.passed_over.values()).cloned());
        all.sort_by_key(|entry| (entry.opened_at, entry.device));
        all.iter().map(|entry| entry.gap(names)).collect()
    }

    /// How many gaps are open, and how many were forgotten because there were too many.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.open, self.forgotten)
    }

    /// How many frames of each device were dropped.
    pub(super) fn drops(&self, names: &Names) -> HashMap<String, u64> {
        let named = |(device, count): (&u32, &u64)| (names.device(*device).to_owned(), *count);
        self.dropped.iter().map(named).collect()
    }

    fn open_gap(&mut self, device: u32, cause: GapCause, at: i64) {
        let untold = cause == GapCause::Dropped && !self.tells_drops;
        let slot = self.slot(device);
        if slot.is_in_gap() {
            return;
        }
        slot.opened_at = at;
        slot.dropped = 0;
        slot.cause = cause;
        slot.passed_over = untold;
        let entry = slot.entry(device);
        self.open += 1;
        if !untold {
            self.news.push_back(entry);
            return;
        }
        // Where dropping is the rule, gaps follow one another: they are kept as one that goes on.
        match self.passed_over.get_mut(&device) {
            Some(before) if before.next == entry.last && before.next != NOWHERE => {
                before.next = NOWHERE;
                before.closed_at = NEVER;
            }
            _ => {
                if let Some(ended) = self.passed_over.insert(device, entry) {
                    self.archive(ended);
                }
            }
        }
    }

    fn close_gap(&mut self, device: u32, next: Moment, at: i64, resynced: bool) {
        let slot = self.slot(device);
        if !slot.is_in_gap() {
            return;
        }
        let ended = Entry {
            closed_at: at,
            next,
            resynced,
            ..slot.entry(device)
        };
        let untold = slot.passed_over;
        slot.opened_at = NEVER;
        self.open -= 1;
        if !untold {
            self.news.push_back(ended.clone());
            self.archive(ended);
        } else if let Some(entry) = self.passed_over.get_mut(&device) {
            entry.closed_at = at;
            entry.next = next;
            entry.resynced = resynced;
        }
    }

    fn archive(&mut self, entry: Entry) {
        if self.closed.len() >= self.room {
            self.closed.pop_front();
            self.forgotten += 1;
        }
        if self.room > 0 {
            self.closed.push_back(entry);
        }
    }

    fn slot(&mut self, device: u32) -> &mut Slot {
        let index = device as usize;
        if index >= self.slots.len() {
            grow(&mut self.slots, index + 1);
            self.slots.resize(index + 1, Slot::default());
        }
        &mut self.slots[index]
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
