//! Keeps account of what was not observed: per device, from the last frame that was delivered to the next one.
//!
//! It is told in the order in which a consumer learns of things, so a frame that still waits when a connection breaks lies
//! before the gap, and not in it.

use std::collections::{HashMap, VecDeque};

use super::{
    board::grow,
    columns::{Columns, FIRST, RESYNC, moment},
    gap::{Gap, GapCause, Observed},
    latency::Latency,
    names::Names,
};

/// What happened when, for which device: both clocks, in µs.
type Moment = (i64, i64);

/// The device's last delivered frame, and whether a gap is open.
#[derive(Debug, Clone, Copy, Default)]
struct Delivered {
    moment: Moment,
    any: bool,
    in_gap: bool,
}

/// A time that is none.
const NEVER: i64 = i64::MIN;
/// A moment that is none.
const NOWHERE: Moment = (NEVER, NEVER);

/// A gap with codes in place of texts, and `NEVER` in place of `None`: many are kept.
#[derive(Debug, Clone)]
struct Entry {
    opened_at: i64,
    closed_at: i64,
    last: Moment,
    next: Moment,
    device: u32,
    dropped: u32,
    cause: GapCause,
    resynced: bool,
}

impl Entry {
    fn gap(&self, names: &Names) -> Gap {
        let observed = |(timestamp, received_at): Moment| {
            (received_at != NEVER).then(|| Observed {
                timestamp: moment(timestamp),
                received_at: moment(received_at),
            })
        };
        Gap {
            device_id: names.device(self.device).to_owned(),
            cause: self.cause,
            opened_at: moment(self.opened_at),
            last: observed(self.last),
            next: observed(self.next),
            closed_at: (self.closed_at != NEVER).then(|| moment(self.closed_at)),
            dropped: self.dropped.into(),
            resynced: self.resynced,
        }
    }
}

/// The account of one stream.
#[derive(Debug)]
pub(super) struct Ledger {
    delivered: Vec<Delivered>,
    open: HashMap<u32, Entry>,
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
    news: Vec<Entry>,
    pub(super) latency: Latency,
}

impl Ledger {
    pub(super) fn new(room: usize, tells_drops: bool) -> Self {
        Self {
            delivered: Vec::new(),
            open: HashMap::new(),
            closed: VecDeque::new(),
            passed_over: HashMap::new(),
            room,
            forgotten: 0,
            tells_drops,
            dropped: HashMap::new(),
            news: Vec::new(),
            latency: Latency::default(),
        }
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
        if let Some(entry) = self.open.get_mut(&device) {
            entry.dropped = entry.dropped.saturating_add(1);
        }
    }

    /// The device is not wanted any more: its open gap ends without a frame.
    pub(super) fn removed(&mut self, devices: &[u32], at: i64) {
        for device in devices {
            if let Some(slot) = self.delivered.get_mut(*device as usize) {
                *slot = Delivered::default();
            }
            if let Some(mut entry) = self.open.remove(device) {
                entry.closed_at = at;
                self.keep(entry);
            }
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
            let slot = self.slot(device);
            slot.moment = moment;
            slot.any = true;
            if std::mem::take(&mut slot.in_gap)
                && let Some(mut entry) = self.open.remove(&device)
            {
                entry.next = moment;
                entry.closed_at = now;
                entry.resynced = resynced;
                self.keep(entry);
            }
        }
        frames
    }

    /// What is to be told since the last time.
    pub(super) fn take_news(&mut self, names: &Names) -> Vec<Gap> {
        std::mem::take(&mut self.news)
            .iter()
            .map(|entry| entry.gap(names))
            .collect()
    }

    pub(super) fn has_news(&self) -> bool {
        !self.news.is_empty()
    }

    /// All gaps that are kept, by when they were opened.
    pub(super) fn gaps(&self, names: &Names) -> Vec<Gap> {
        let mut all: Vec<_> = self.kept().chain(self.open.values()).collect();
        all.sort_by_key(|entry| (entry.opened_at, entry.device));
        all.into_iter().map(|entry| entry.gap(names)).collect()
    }

    fn kept(&self) -> impl Iterator<Item = &Entry> {
        self.closed.iter().chain(self.passed_over.values())
    }

    /// How many gaps are open, and how many were forgotten because there were too many.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.open.len() as u64, self.forgotten)
    }

    /// How many frames of each device were dropped.
    pub(super) fn drops(&self, names: &Names) -> HashMap<String, u64> {
        let named = |(device, count): (&u32, &u64)| (names.device(*device).to_owned(), *count);
        self.dropped.iter().map(named).collect()
    }

    fn open_gap(&mut self, device: u32, cause: GapCause, at: i64) {
        let slot = self.slot(device);
        if std::mem::replace(&mut slot.in_gap, true) {
            return;
        }
        let last = if slot.any { slot.moment } else { NOWHERE };
        if cause == GapCause::Dropped && !self.tells_drops {
            // Where dropping is the rule, gaps follow one another: they are kept as one that goes on.
            match self.passed_over.remove(&device) {
                Some(mut entry) if entry.next == last => {
                    entry.next = NOWHERE;
                    entry.closed_at = NEVER;
                    self.open.insert(device, entry);
                    return;
                }
                Some(ended) => self.archive(ended),
                None => {}
            }
        }
        let entry = Entry {
            opened_at: at,
            closed_at: NEVER,
            last,
            next: NOWHERE,
            device,
            dropped: 0,
            cause,
            resynced: false,
        };
        self.tell(&entry);
        self.open.insert(device, entry);
    }

    fn keep(&mut self, entry: Entry) {
        // Losing all connections opens a gap for every device; that memory is not kept for the next time.
        if self.open.len() < self.open.capacity() / 8 {
            self.open.shrink_to_fit();
        }
        self.tell(&entry);
        if entry.cause == GapCause::Dropped && !self.tells_drops {
            self.passed_over.insert(entry.device, entry);
        } else {
            self.archive(entry);
        }
    }

    fn tell(&mut self, entry: &Entry) {
        if entry.cause != GapCause::Dropped || self.tells_drops {
            self.news.push(entry.clone());
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

    fn slot(&mut self, device: u32) -> &mut Delivered {
        let index = device as usize;
        if index >= self.delivered.len() {
            grow(&mut self.delivered, index + 1);
            self.delivered.resize(index + 1, Delivered::default());
        }
        &mut self.delivered[index]
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
