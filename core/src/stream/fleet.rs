//! All connections of one stream, and what their owner can do to them. Every call only notes what is wanted, signals, and
//! returns: it may come from any thread, from inside a listener, and more than once.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
    shards::{Limits, Shards, stream_url, url_for},
    sleep::SleepWatch,
    stats::Counters,
    supervisor::{Orders, Supervisor},
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

/// The owner's handle. Dropping it closes the stream.
pub(super) struct Fleet(Arc<Shared>);

/// What the handle and the connections share.
pub(super) struct Shared {
    pub(super) parts: FleetParts,
    /// Without devices.
    stream_url: Url,
    limits: Limits,
    /// The mailbox is told of devices under this lock only, so that it learns of them in the order in which the plan
    /// changed. Never held across an await; the mailbox knows nothing of it.
    state: Mutex<State>,
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

impl Fleet {
    /// Opens a stream for these devices. The first connection is dialled at once, the others follow one after the other.
    pub(super) fn start(parts: FleetParts, devices: Vec<String>) -> Result<Self> {
        let stream_url = stream_url(&parts.base_url);
        let limits = Limits::new(&stream_url, &parts.config);
        let client_closed = parts.client_closed.clone();
        let shared = Arc::new(Shared {
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
            ended: watch::channel(false).0,
        });
        if devices.is_empty() {
            return Err(Error::invalid("devices", "is empty; name at least one device"));
        }
        let given = devices.len();
        let wanted = shared.check(devices)?;
        if wanted.is_empty() {
            return Err(Error::invalid(
                "devices",
                format_args!("none of the {given} belongs to this process's part (stream.partition)"),
            ));
        }
        Shared::add(&shared, &wanted)?;
        runtime::spawn(keep(shared.clone(), client_closed));
        Ok(Self(shared))
    }

    /// Adds devices; those that are there already stay as they are. Connections with room take them, and are dialled anew
    /// for that; for the rest there are new ones.
    pub(super) fn add(&self, devices: Vec<String>) -> Result<()> {
        let wanted = self.0.check(devices)?;
        Shared::add(&self.0, &wanted)
    }

    /// Lets devices go; those that are not there do not matter. Their connections are dialled anew without them, or closed
    /// if nothing is left. The stream is closed when its last device goes.
    pub(super) fn remove(&self, devices: Vec<String>) {
        Shared::remove(&self.0, &devices.into_iter().collect());
    }

    /// Closes all connections until [`Fleet::resume`].
    pub(super) fn pause(&self) {
        let mut state = self.0.lock();
        if !std::mem::replace(&mut state.paused, true) {
            state.order(|orders| {
                orders.paused = true;
                orders.pauses += 1;
            });
        }
    }

    /// Opens all connections again.
    pub(super) fn resume(&self) {
        let mut state = self.0.lock();
        if std::mem::replace(&mut state.paused, false) {
            state.order(|orders| orders.paused = false);
        }
    }

    /// Opens all connections anew, and cuts waits short: what stands may be dead, what failed may work now.
    pub(super) fn network_changed(&self) {
        self.0.wake(Duration::ZERO);
    }

    /// Ends the stream.
    pub(super) fn close(&self) {
        self.0.close();
    }

    /// Whether [`Fleet::close`] was called, or the stream has ended by itself.
    pub(super) fn is_closed(&self) -> bool {
        let state = self.0.lock();
        state.closed || state.ended
    }

    /// The devices that this stream carries, in alphabetical order.
    pub(super) fn devices(&self) -> Vec<String> {
        self.0.lock().shards.all_devices().into_iter().collect()
    }

    /// How many connections there are, open or on the way to it.
    pub(super) fn connections(&self) -> usize {
        self.0.lock().lines.len()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// What a connection dials now.
    pub(super) fn target(&self, index: u32) -> Target {
        let state = self.lock();
        let none = BTreeSet::new();
        // A connection that lost its last device dials for a moment at most: its end is on the way.
        let devices = state.shards.devices(index).unwrap_or(&none);
        Target {
            url: url_for(&self.stream_url, devices),
            dialer: self.parts.dialer.clone(),
            headers: self.parts.headers.clone(),
            stream: self.parts.config,
            clock: self.parts.clock.clone(),
        }
    }

    /// A connection's devices are not observed from now on.
    pub(super) fn unobserved(&self, index: u32, cause: GapCause) {
        let state = self.lock();
        if let Some(devices) = state.shards.devices(index) {
            let codes = self.codes(devices);
            self.parts.mailbox.unobserved(&codes, cause);
        }
    }

    /// A connection's devices may be observed again.
    pub(super) fn observable(&self, index: u32) {
        let state = self.lock();
        if let Some(devices) = state.shards.devices(index) {
            let codes = self.codes(devices);
            self.parts.mailbox.observable(&codes);
        }
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

    fn check(&self, devices: Vec<String>) -> Result<BTreeSet<String>> {
        for id in &devices {
            self.limits.check(id)?;
        }
        let part = self.parts.config.partition;
        let ours = |id: &String| part.is_none_or(|part| part.contains(id));
        Ok(devices.into_iter().filter(ours).collect())
    }

    fn add(self: &Arc<Self>, devices: &BTreeSet<String>) -> Result<()> {
        let mut state = self.lock();
        if state.closed || state.ended {
            return Err(Error::closed("stream"));
        }
        let State { shards, lines, .. } = &mut *state;
        let gained = shards.add(devices, |index| lines.contains_key(&index));
        let mut launched = 0;
        for (index, devices) in gained {
            self.parts
                .mailbox
                .unobserved(&self.codes(&devices), GapCause::Connecting);
            if let Some(line) = state.lines.get(&index) {
                line.send_modify(|orders| orders.changes += 1);
            } else {
                self.launch(&mut state, index, launched);
                launched += 1;
            }
        }
        Ok(())
    }

    fn remove(self: &Arc<Self>, devices: &BTreeSet<String>) {
        let mut state = self.lock();
        for (index, devices) in state.shards.remove(devices) {
            self.parts.mailbox.removed(&self.codes(&devices));
            let left = state.shards.devices(index).is_some();
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

    fn wake(&self, slept: Duration) {
        self.lock().order(|orders| {
            orders.wakes += 1;
            orders.slept = orders.slept.saturating_add(slept);
        });
    }

    fn close(&self) {
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

    fn codes<'a>(&self, devices: impl IntoIterator<Item = &'a String>) -> Vec<u32> {
        self.parts.dictionary.expect(devices.into_iter().map(String::as_str))
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

/// Closes the stream with its client, and wakes it when the machine has slept. Ends with the stream.
async fn keep(fleet: Arc<Shared>, mut client_closed: watch::Receiver<bool>) {
    let mut ended = fleet.ended.subscribe();
    let mut sleep = SleepWatch::new(fleet.parts.clock.clone(), fleet.parts.config.sleep_threshold);
    let until_client_closes = async {
        // A client that was merely let go of does not count: the stream goes on.
        if client_closed.wait_for(|closed| *closed).await.is_err() {
            pending::<()>().await;
        }
        fleet.close();
        pending::<()>().await;
    };
    let wake = async {
        loop {
            let slept = sleep.slept().await;
            tracing::info!(?slept, "the machine slept; all connections are opened anew");
            fleet.wake(slept);
        }
    };
    tokio::select! {
        _ = ended.wait_for(|ended| *ended) => {}
        () = until_client_closes => {}
        () = wake => {}
    }
}
