//! The connections of one stream and who of them carries which device. Connections report their end here; what the owner
//! wants goes out from here.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::HeaderMap;
use rand::RngExt;
use tokio::sync::watch;
use url::Url;

use super::{
    connection::Target,
    gap::GapCause,
    mailbox::{End, Mailbox},
    names::Dictionary,
    orders::Orders,
    shards::{Limits, Shards, stream_url, url_for},
    stats::Counters,
    supervisor::Supervisor,
};
use crate::{
    auth::TokenCache,
    clock::SharedClock,
    config::StreamConfig,
    error::{Error, Result},
    net::dial::Dialer,
    runtime,
};

/// What a stream is made of.
pub(super) struct FleetParts {
    pub(super) base_url: Url,
    pub(super) dialer: Dialer,
    pub(super) headers: HeaderMap,
    pub(super) tokens: TokenCache,
    pub(super) clock: SharedClock,
    pub(super) config: StreamConfig,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) dictionary: Arc<Dictionary>,
    pub(super) counters: Arc<Counters>,
    /// Turns true when the client is closed.
    pub(super) client_closed: watch::Receiver<bool>,
}

/// What the handle and the connections share.
pub(super) struct Roster {
    pub(super) parts: FleetParts,
    /// Without devices.
    stream_url: Url,
    limits: Limits,
    /// The mailbox is told of devices under this lock only, so that it learns of them in the order in which the plan
    /// changed. Never held across an await; the mailbox knows nothing of it.
    state: Mutex<State>,
    /// A connection has stood once.
    proven: AtomicBool,
    ended: watch::Sender<bool>,
}

struct State {
    shards: Shards,
    /// The connections that have not ended.
    lines: BTreeMap<u32, watch::Sender<Orders>>,
    /// The connections that failed and still have devices, in the order in which they failed.
    failures: Vec<(u32, Error)>,
    paused: bool,
    closed: bool,
    ended: bool,
}

impl Roster {
    pub(super) fn new(parts: FleetParts) -> Self {
        let stream_url = stream_url(&parts.base_url);
        let limits = Limits::new(&stream_url, &parts.config);
        Self {
            parts,
            stream_url,
            limits,
            state: Mutex::new(State {
                shards: Shards::new(limits),
                lines: BTreeMap::new(),
                failures: Vec::new(),
                paused: false,
                closed: false,
                ended: false,
            }),
            proven: AtomicBool::new(false),
            ended: watch::channel(false).0,
        }
    }

    /// A connection stood: the address and the token are right.
    pub(super) fn prove(&self) {
        self.proven.store(true, Ordering::Relaxed);
    }

    /// Whether a connection has stood.
    pub(super) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }

    /// What a connection dials now.
    pub(super) fn target(&self, index: u32) -> Target {
        let state = self.lock();
        let names = self.parts.dictionary.names();
        // A connection that lost its last device dials for a moment at most: its end is on the way.
        let devices = state.shards.devices(index).iter();
        Target {
            url: url_for(&self.stream_url, devices.map(|device| names.device(*device))),
            dialer: self.parts.dialer.clone(),
            headers: self.parts.headers.clone(),
            stream: self.parts.config,
            clock: self.parts.clock.clone(),
        }
    }

    /// A connection's devices are not observed from now on.
    pub(super) fn unobserved(&self, index: u32, cause: GapCause) {
        let state = self.lock();
        self.parts.mailbox.unobserved(state.shards.devices(index), cause);
    }

    /// A connection's devices may be observed again.
    pub(super) fn observable(&self, index: u32) {
        let state = self.lock();
        self.parts.mailbox.observable(state.shards.devices(index));
    }

    /// A connection has ended, having followed the orders up to `seen`. The last one ends the stream.
    pub(super) fn ended(self: &Arc<Self>, index: u32, end: End, seen: &Orders) {
        let mut state = self.lock();
        let Some(orders) = state.lines.remove(&index) else {
            return;
        };
        if let End::Failed(error) = end {
            if orders.borrow().changes == seen.changes {
                state.failures.push((index, error));
            } else if !state.closed {
                // It failed with devices that were not the wanted ones any more.
                self.renew(&mut state, index);
            }
        }
        self.settle(&mut state);
    }

    /// Checks ids, and keeps those of this process's part, each once and in alphabetical order.
    pub(super) fn check(&self, mut devices: Vec<String>) -> Result<Vec<String>> {
        for id in &devices {
            self.limits.check(id)?;
        }
        let part = self.parts.config.partition;
        devices.retain(|id| part.is_none_or(|part| part.contains(id)));
        devices.sort_unstable();
        devices.dedup();
        Ok(devices)
    }

    /// Takes devices in, in connections with room and new ones.
    pub(super) fn add(self: &Arc<Self>, ids: Vec<String>) -> Result<()> {
        let mut state = self.lock();
        if state.closed || state.ended {
            return Err(Error::closed("stream"));
        }
        let dictionary = &self.parts.dictionary;
        let devices = dictionary.expect(ids.iter().map(String::as_str));
        // The connections may well use their memory.
        drop(ids);
        let names = dictionary.names();
        self.parts.mailbox.make_room(names.devices.len());
        let State { shards, lines, .. } = &mut *state;
        let gained = shards.add(&devices, &names, |index| lines.contains_key(&index));
        let mut launched = 0;
        for (index, devices) in gained {
            self.parts.mailbox.unobserved(&devices, GapCause::Connecting);
            if let Some(line) = state.lines.get(&index) {
                line.send_modify(|orders| orders.changes += 1);
            } else {
                self.launch(&mut state, index, launched);
                launched += 1;
            }
        }
        Ok(())
    }

    /// Lets devices go.
    pub(super) fn remove(self: &Arc<Self>, devices: &[String]) {
        let mut state = self.lock();
        let dictionary = &self.parts.dictionary;
        let devices = dictionary.known(devices.iter().map(String::as_str));
        for (index, devices) in state.shards.remove(&devices, &dictionary.names()) {
            self.parts.mailbox.removed(&devices);
            let left = !state.shards.devices(index).is_empty();
            if let Some(line) = state.lines.get(&index) {
                line.send_modify(|orders| {
                    orders.changes += 1;
                    orders.closed |= !left;
                });
                continue;
            }
            // One that failed: what is left of it may work, now that its devices are others.
            state.failures.retain(|(failed, _)| *failed != index);
            if left && !state.closed && !state.ended {
                self.renew(&mut state, index);
            }
        }
    }

    /// Begins anew with the devices of a connection that failed. An ended connection stays ended: this is another one.
    fn renew(self: &Arc<Self>, state: &mut State, index: u32) {
        if let Some(new) = state.shards.renew(index) {
            self.launch(state, new, 0);
        }
    }

    /// A random while, the longer the more connections there are: for those who all have been told to dial. Nothing for a
    /// single one.
    pub(super) fn spread(&self) -> Duration {
        let others = self.lock().lines.len().saturating_sub(1);
        let all = self
            .parts
            .config
            .connect_stagger
            .saturating_mul(u32::try_from(others).unwrap_or(u32::MAX));
        all.mul_f64(rand::rng().random())
    }

    /// Starts a connection's task; `place` is its place among those started together.
    fn launch(self: &Arc<Self>, state: &mut State, index: u32, place: u32) {
        let stagger = self.parts.config.connect_stagger;
        let after = match place {
            0 => Duration::ZERO,
            _ => stagger.saturating_mul(place) + stagger.mul_f64(rand::rng().random()),
        };
        let (line, orders) = watch::channel(Orders {
            paused: state.paused,
            pauses: u64::from(state.paused),
            ..Orders::default()
        });
        state.lines.insert(index, line);
        let supervisor = Supervisor::new(index, self.clone(), orders);
        runtime::spawn(supervisor.run(after));
    }

    /// The network changed, or the machine slept this long.
    pub(super) fn wake(&self, slept: Duration) {
        self.lock().order(|orders| {
            orders.wakes += 1;
            orders.slept = orders.slept.saturating_add(slept);
        });
    }

    /// Whether the stream was closed, or has ended by itself.
    pub(super) fn is_closed(&self) -> bool {
        let state = self.lock();
        state.closed || state.ended
    }

    /// All devices, in alphabetical order.
    pub(super) fn devices(&self) -> Vec<String> {
        let state = self.lock();
        let names = self.parts.dictionary.names();
        let ids = state.shards.all_devices().map(|device| names.device(device).to_owned());
        let mut ids: Vec<_> = ids.collect();
        ids.sort_unstable();
        ids
    }

    /// How many connections have not ended.
    pub(super) fn connections(&self) -> usize {
        self.lock().lines.len()
    }

    /// Waits for the end of the last connection.
    pub(super) async fn until_ended(&self) {
        // The sender lives as long as `self`, so the only way out is the end.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }

    /// All connections rest, or no longer do.
    pub(super) fn pause(&self, paused: bool) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.paused, paused) != paused {
            state.order(|orders| {
                orders.paused = paused;
                orders.pauses += u64::from(paused);
            });
        }
    }

    /// Ends all connections.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        if !std::mem::replace(&mut state.closed, true) {
            state.order(|orders| orders.closed = true);
        }
    }

    /// Ends the stream if no connection is left.
    fn settle(&self, state: &mut State) {
        if !state.lines.is_empty() || std::mem::replace(&mut state.ended, true) {
            return;
        }
        let end = match state.failures.first() {
            Some((_, error)) if !state.closed => End::Failed(error.clone()),
            _ => End::Closed,
        };
        self.parts.mailbox.finish(end);
        self.ended.send_replace(true);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Tells every connection the same.
    fn order(&self, change: impl Fn(&mut Orders)) {
        for line in self.lines.values() {
            line.send_modify(&change);
        }
    }
}
