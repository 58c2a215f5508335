//! A listener that notes what it is told, call by call, until the driver asks for it.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

use serde_json::{Value, json};
use tellus_core::{Batch, Error, Gap, StatusEvent, StreamStatus, TelemetryListener};
use tokio::sync::Notify;

use crate::{Answer, values};

/// The numbers of the calls that fail, by kind, counted from 1.
pub(crate) type Fails = HashMap<String, Vec<usize>>;

pub(crate) struct Told {
    fails: Fails,
    state: Mutex<State>,
    news: Notify,
    released: Condvar,
}

#[derive(Default)]
struct State {
    /// What has not been asked for yet.
    calls: VecDeque<Value>,
    counts: HashMap<&'static str, usize>,
    /// The connections that were told of and have not ended.
    connections: BTreeSet<u32>,
    ended: bool,
    held: bool,
    /// Whoever calls from another thread breaks the listener's word.
    thread: Option<ThreadId>,
    strangers: bool,
}

impl Told {
    pub(crate) fn new(fails: Fails) -> Self {
        Self {
            fails,
            state: Mutex::default(),
            news: Notify::new(),
            released: Condvar::new(),
        }
    }

    /// From now on each call is noted and lasts until it is released.
    pub(crate) fn hold(&self, held: bool) {
        self.lock().held = held;
        self.released.notify_all();
    }

    /// The next call; nothing after the end.
    pub(crate) async fn next(&self) -> Answer {
        loop {
            let news = self.news.notified();
            {
                let mut state = self.lock();
                if state.strangers {
                    return Err(Error::invalid("listener", "it is called from several threads"));
                }
                if let Some(call) = state.calls.pop_front() {
                    return Ok(call);
                }
                if state.ended {
                    return Ok(Value::Null);
                }
            }
            news.await;
        }
    }

    fn note(&self, kind: &'static str, told: Value, change: impl FnOnce(&mut State)) -> Result<(), String> {
        let mut state = self.lock();
        let own = *state.thread.get_or_insert_with(|| thread::current().id());
        state.strangers |= own != thread::current().id();
        change(&mut state);
        let mut call = json!({ "events": [], "gaps": [], "frames": [] });
        call[kind] = told;
        state.calls.push_back(call);
        let count = state.counts.entry(kind).or_default();
        *count += 1;
        let fails = self.fails.get(kind).is_some_and(|numbers| numbers.contains(count));
        self.news.notify_one();
        let held = self.released.wait_while(state, |state| state.held);
        drop(held.unwrap_or_else(PoisonError::into_inner));
        if fails {
            Err("the case wants it so".into())
        } else {
            Ok(())
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TelemetryListener for Told {
    fn on_batch(&self, batch: &Batch) -> Result<(), String> {
        self.note("frames", values::frames(&batch.frames), |_| {})
    }

    fn on_status(&self, event: &StatusEvent) -> Result<(), String> {
        self.note("events", json!([values::event(event)]), |state| {
            if matches!(event.status, StreamStatus::Closed | StreamStatus::Failed(_)) {
                state.connections.remove(&event.connection);
                state.ended = state.connections.is_empty();
            } else {
                state.connections.insert(event.connection);
            }
        })
    }

    fn on_gap(&self, gap: &Gap) -> Result<(), String> {
        self.note("gaps", json!([values::gap(gap)]), |_| {})
    }
}
