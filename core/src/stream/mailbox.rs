//! Where telemetry waits for its consumer: bounded, with a policy for what happens beyond the bound.
//!
//! Connections put whole read bursts in, the consumer takes batches out; each does so under one lock, for a moment. What is
//! delivered, and what never will be, is entered in the ledger in the order in which the consumer learns of it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, watch};

use super::{
    board::{Board, Seen, micros},
    columns::Columns,
    event::{Batch, StatusEvent},
    frames::{Frames, Pool},
    gap::{Gap, GapCause},
    ledger::Ledger,
    names::Dictionary,
    queue::{Item, Queue},
    stats::{Counters, StreamStats, count},
};
use crate::{
    clock::SharedClock,
    config::{OverflowPolicy, StreamConfig},
    error::{Error, Result},
};

/// How a stream ended.
#[derive(Debug, Clone)]
pub(super) enum End {
    Closed,
    Failed(Error),
}

/// What connections and consumer share.
struct State {
    queue: Queue,
    board: Board,
    /// Whose newest readings wait to be delivered, where the policy keeps only those.
    pending: Vec<u32>,
    /// The devices that are wanted, in order.
    wanted: Vec<u32>,
    /// Devices whose state is to be asked for, with the monotonic time (µs) at which their connection stood again.
    resync: VecDeque<(u32, i64)>,
    end: Option<End>,
}

/// A bounded queue of frames and events between a stream's connections and its consumer.
pub(super) struct Mailbox {
    config: StreamConfig,
    clock: SharedClock,
    names: Arc<Dictionary>,
    counters: Arc<Counters>,
    pool: Arc<Pool>,
    state: Mutex<State>,
    /// Locked after `state`, never before it.
    ledger: Mutex<Ledger>,
    filled: Notify,
    emptied: Notify,
    /// Some device's state is to be asked for.
    to_resync: Notify,
    finished: watch::Sender<bool>,
}

impl Mailbox {
    pub(super) fn new(
        config: StreamConfig,
        clock: SharedClock,
        names: Arc<Dictionary>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            config,
            clock,
            names,
            counters,
            pool: Arc::default(),
            state: Mutex::new(State {
                queue: Queue::default(),
                board: Board::default(),
                pending: Vec::new(),
                wanted: Vec::new(),
                resync: VecDeque::new(),
                end: None,
            }),
            ledger: Mutex::new(Ledger::new(config.gaps_kept, config.overflow != OverflowPolicy::Latest)),
            filled: Notify::new(),
            emptied: Notify::new(),
            to_resync: Notify::new(),
            finished: watch::Sender::new(false),
        }
    }

    /// Empty columns, with memory if some is spare: a fleet has many connections, of which few read at a time.
    pub(super) fn spare_rows(&self) -> Columns {
        self.pool.take()
    }

    /// Takes back columns that are not needed any more.
    pub(super) fn take_back(&self, rows: Columns) {
        self.pool.give(rows);
    }

    /// Takes over what one connection has just read, and leaves `rows` empty.
    pub(super) fn push(&self, rows: &mut Columns) {
        if rows.is_empty() {
            return;
        }
        let now = micros(self.clock.monotonic());
        let mut state = self.lock();
        let mut tally = Tally::default();
        match self.config.overflow {
            OverflowPolicy::Latest => self.replace(&mut state, rows, now, &mut tally),
            OverflowPolicy::Block | OverflowPolicy::DropOldest => {
                self.append(&mut state, rows, now, &mut tally);
            }
        }
        drop(state);
        count(&self.counters.frames, tally.frames);
        count(&self.counters.duplicates, tally.duplicates);
        count(&self.counters.dropped, tally.dropped);
        self.filled.notify_one();
    }

    /// Puts an event in. Events need no room: there are few, and none may be lost.
    pub(super) fn push_event(&self, event: StatusEvent) {
        self.lock().queue.push(Item::Event(event));
        self.filled.notify_one();
    }

    /// There are so many devices in all.
    pub(super) fn make_room(&self, devices: usize) {
        self.lock().board.make_room(devices);
        self.ledger().make_room(devices);
    }

    /// From now on these devices are not observed.
    pub(super) fn unobserved(&self, devices: &[u32], cause: GapCause) {
        if devices.is_empty() {
            return;
        }
        let at = self.now();
        let mut state = self.lock();
        if cause == GapCause::Connecting {
            state.want(devices);
        }
        if cause != GapCause::Stale {
            state.resync.retain(|(device, _)| !devices.contains(device));
        }
        // What waits of them came before: it has to be delivered before the gap opens.
        let mut waiting = Columns::default();
        for device in devices {
            state.board.deliver(*device, &mut waiting);
        }
        let tally = self.queue_rows(&mut state, &mut waiting);
        state.queue.push(Item::Unobserved {
            devices: devices.into(),
            cause,
            at,
        });
        drop(state);
        count(&self.counters.dropped, tally);
        self.filled.notify_one();
    }

    /// These devices may be observed again: their connection stands. Their state is asked for where that is wanted.
    pub(super) fn observable(&self, devices: &[u32]) {
        if self.config.resync_interval.is_none() {
            return;
        }
        let now = micros(self.clock.monotonic());
        self.lock().resync.extend(devices.iter().map(|device| (*device, now)));
        self.to_resync.notify_one();
    }

    /// The next device whose state is to be asked for; waits for one.
    pub(super) async fn next_to_resync(&self) -> u32 {
        loop {
            let called = self.to_resync.notified();
            let first = self.lock().resync.front().map(|(device, _)| *device);
            if let Some(device) = first {
                return device;
            }
            called.await;
        }
    }

    /// Whether this device, the first to be asked for, has still not reported by itself. Strikes it off the list.
    pub(super) fn still_to_resync(&self, device: u32) -> bool {
        let mut state = self.lock();
        let State { resync, board, .. } = &mut *state;
        match resync.front() {
            Some((first, since)) if *first == device => {
                let silent = !board.seen_since(device, *since);
                resync.pop_front();
                silent
            }
            _ => false,
        }
    }

    /// These devices are no longer wanted.
    pub(super) fn removed(&self, devices: &[u32]) {
        let at = self.now();
        let mut state = self.lock();
        state.wanted.retain(|device| !devices.contains(device));
        state.resync.retain(|(device, _)| !devices.contains(device));
        for device in devices {
            state.board.remove(*device);
        }
        state.queue.push(Item::Removed {
            devices: devices.into(),
            at,
        });
        drop(state);
        self.filled.notify_one();
    }

    /// Opens gaps for devices that report less than they used to.
    pub(super) fn look_for_silence(&self) {
        let Some(rule) = self.config.staleness else { return };
        let now = micros(self.clock.monotonic());
        let silent = {
            let mut state = self.lock();
            let State { board, wanted, .. } = &mut *state;
            board.fallen_silent(wanted.iter().copied(), rule, now)
        };
        self.unobserved(&silent, GapCause::Stale);
        self.observable(&silent);
    }

    /// Nothing more will come.
    pub(super) fn finish(&self, end: End) {
        self.lock().end.get_or_insert(end);
        self.filled.notify_one();
        self.emptied.notify_waiters();
        self.finished.send_replace(true);
    }

    /// Waits until nothing more will come.
    pub(super) async fn until_finished(&self) {
        // The sender lives as long as `self`, so the only way out is the end.
        let _ = self.finished.subscribe().wait_for(|finished| *finished).await;
    }

    /// Waits until there is room, where the policy asks for that. Overshoots by one read for each connection at most.
    pub(super) async fn room(&self) {
        if self.config.overflow != OverflowPolicy::Block {
            return;
        }
        loop {
            let mut emptied = std::pin::pin!(self.emptied.notified());
            // From here on no call is missed, although nobody has polled yet.
            emptied.as_mut().enable();
            {
                let state = self.lock();
                if state.queue.rows() < self.config.mailbox_rows || state.end.is_some() {
                    return;
                }
            }
            emptied.await;
        }
    }

    /// Waits until something is there, and takes it. `None` after the end; an error after a failure.
    /// Nothing is lost if the caller goes away while waiting.
    pub(super) async fn take(&self, max_rows: usize) -> Result<Option<Batch>> {
        loop {
            let filled = self.filled.notified();
            if let Some(result) = self.try_take(max_rows) {
                return result;
            }
            filled.await;
        }
    }

    /// The newest reading of every connector of the wanted devices.
    pub(super) fn snapshot(&self) -> Frames {
        let state = self.lock();
        let columns = state.board.snapshot(state.wanted.iter().copied());
        drop(state);
        let frames = columns.frames();
        Frames::new(columns, self.names.names(), frames, None)
    }

    /// All gaps that are known.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        let names = self.names.names();
        self.ledger().gaps(&names)
    }

    /// How many frames of each device were dropped.
    pub(super) fn drops(&self) -> std::collections::HashMap<String, u64> {
        let names = self.names.names();
        self.ledger().drops(&names)
    }

    pub(super) fn stats(&self) -> StreamStats {
        let mut stats = self.counters.snapshot();
        stats.waiting_rows = self.lock().queue.rows() as u64;
        let ledger = self.ledger();
        (stats.open_gaps, stats.forgotten_gaps) = ledger.counts();
        stats.latency = ledger.latency;
        stats
    }

    /// Keeps every frame, up to the bound.
    fn append(&self, state: &mut State, rows: &mut Columns, now: i64, tally: &mut Tally) {
        let mut duplicates = Vec::new();
        let mut first = 0;
        while first < rows.len() {
            let end = rows.frame_end(first);
            match state.board.observe(rows, first, end, now) {
                Seen::Duplicate => duplicates.push(first),
                // What comes out of order is delivered as it came.
                Seen::New | Seen::Instead | Seen::Older => tally.frames += 1,
            }
            first = end;
        }
        if !duplicates.is_empty() {
            tally.duplicates += duplicates.len() as u64;
            rows.retain_frames(|first| duplicates.binary_search(&first).is_err());
        }
        tally.dropped += self.queue_rows(state, rows);
    }

    /// Keeps the newest reading of each connector only.
    fn replace(&self, state: &mut State, rows: &mut Columns, now: i64, tally: &mut Tally) {
        let at = self.now();
        let mut first = 0;
        while first < rows.len() {
            let end = rows.frame_end(first);
            let device = rows.device[first];
            let seen = state.board.observe(rows, first, end, now);
            first = end;
            if seen == Seen::Duplicate {
                tally.duplicates += 1;
                continue;
            }
            tally.frames += 1;
            if matches!(seen, Seen::Instead | Seen::Older) {
                tally.dropped += 1;
                self.ledger().dropped(device, at);
            }
            if seen != Seen::Older && state.board.await_delivery(device) {
                state.pending.push(device);
            }
        }
        rows.clear();
    }

    /// Puts rows in the queue, and returns how many frames had to go for them.
    fn queue_rows(&self, state: &mut State, rows: &mut Columns) -> u64 {
        state.queue.push_rows(rows, &self.pool);
        if self.config.overflow == OverflowPolicy::Block || state.queue.rows() <= self.config.mailbox_rows {
            return 0;
        }
        let at = self.now();
        state
            .queue
            .drop_oldest(self.config.mailbox_rows, &mut self.ledger(), at, &self.pool)
    }

    fn try_take(&self, max_rows: usize) -> Option<Result<Option<Batch>>> {
        let max_rows = max_rows.max(1);
        let mut state = self.lock();
        let mut ledger = self.ledger();
        let mut events = Vec::new();
        // Gaps that opened are told before the frames that came later.
        let full = ledger.is_full_of_news();
        let mut columns = if full {
            Columns::default()
        } else {
            state.queue.take(max_rows, &mut events, &mut ledger, &self.pool)
        };
        if !full && state.queue.is_empty() && !state.pending.is_empty() && columns.len() < max_rows {
            let State { board, pending, .. } = &mut *state;
            let mut served = 0;
            while served < pending.len() && columns.len() < max_rows {
                board.deliver(pending[served], &mut columns);
                served += 1;
            }
            pending.drain(..served);
        }
        if columns.is_empty() && events.is_empty() && !ledger.has_news() {
            let end = state.end.clone()?;
            // Others may wait, too: they must learn of the end as well.
            self.filled.notify_one();
            return Some(match end {
                End::Closed => Ok(None),
                End::Failed(error) => Err(error),
            });
        }
        let more = !state.queue.is_empty() || !state.pending.is_empty() || state.end.is_some();
        // The ledger stays locked: nobody may enter what comes later before this is entered.
        drop(state);
        let names = self.names.names();
        let frames = ledger.delivered(&columns, self.now());
        let gaps = ledger.take_news(&names);
        let more = more || ledger.has_news();
        drop(ledger);
        if more {
            self.filled.notify_one();
        }
        if frames > 0 {
            self.emptied.notify_waiters();
        }
        Some(Ok(Some(Batch {
            events,
            gaps,
            frames: Frames::new(columns, names, frames, Some(self.pool.clone())),
        })))
    }

    fn now(&self) -> i64 {
        self.clock.now().as_microsecond()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn want(&mut self, devices: &[u32]) {
        self.wanted.extend_from_slice(devices);
        self.wanted.sort_unstable();
        self.wanted.dedup();
    }
}

/// What one push came to.
#[derive(Default)]
struct Tally {
    frames: u64,
    duplicates: u64,
    dropped: u64,
}

#[cfg(test)]
#[path = "mailbox_tests.rs"]
mod tests;
