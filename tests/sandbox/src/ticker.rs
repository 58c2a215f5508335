//! Lets virtual time pass and hands out the frames of each tick.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::fleet::{Charger, Fleet};
use crate::quirks::Quirks;
use crate::quirks::frames::texts;
use crate::state::Shared;

/// Ticks a reader may be behind before it loses the oldest.
const KEPT: usize = 16;

/// What all readers share.
pub(crate) type Tick = Arc<Moment>;

/// The frames of one tick.
#[derive(Debug)]
pub(crate) struct Moment {
    /// By the charger's index: usually one, none for a charger that sends nothing.
    frames: Vec<Vec<Ready>>,
}

/// A frame that is ready to be sent.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) device_id: String,
    /// The time in it (ms since 1970).
    pub(crate) millis: i64,
    pub(crate) text: Utf8Bytes,
}

impl Moment {
    /// The frames of some chargers, each with its charger's index.
    pub(crate) fn of(&self, indices: &[usize]) -> Vec<(usize, &Ready)> {
        let mut frames = Vec::with_capacity(indices.len());
        for index in indices {
            let ready = self.frames.get(*index).into_iter().flatten();
            frames.extend(ready.map(|ready| (*index, ready)));
        }
        frames
    }
}

/// Where readers pick up the ticks.
#[derive(Debug)]
pub(crate) struct Ticks(broadcast::Sender<Tick>);

impl Ticks {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }

    /// The ticks from now on. A reader that falls behind loses the oldest and holds up nobody.
    pub(crate) fn follow(&self) -> broadcast::Receiver<Tick> {
        self.0.subscribe()
    }
}

/// Runs until the sandbox is gone.
pub(crate) async fn run(shared: Weak<Shared>, cadence: Duration, speed: f64) {
    let mut interval = tokio::time::interval_at(Instant::now() + cadence, cadence);
    interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let started = Instant::now();
    let mut emitted = 0;
    loop {
        interval.tick().await;
        let Some(shared) = shared.upgrade() else { return };
        // A late tick covers the cadences it missed, so that virtual time keeps up and timestamps stay a whole
        // number of cadences apart.
        let due = (started.elapsed().as_secs_f64() / cadence.as_secs_f64()).round() as u64;
        if due <= emitted {
            continue;
        }
        let passed = cadence.mul_f64(speed * (due - emitted) as f64);
        emitted = due;
        let mut fleet = shared.fleet();
        fleet.advance(passed);
        // Without a reader too: what was uploaded before the first one came is not for it.
        let fresh = fleet.take_fresh();
        if shared.ticks.0.receiver_count() > 0 {
            let tick = Arc::new(moment(&fleet, &fresh, shared.clock.now(), &shared.quirks()));
            drop(fleet);
            // An error only says that the last reader has just left.
            let _ = shared.ticks.0.send(tick);
        }
        shared.bell.ring();
    }
}

/// The frames of all chargers. `fresh` says which of those played from outside have something to say.
fn moment(fleet: &Fleet, fresh: &HashMap<usize, Timestamp>, wall: Timestamp, quirks: &Quirks) -> Moment {
    let ready = |(index, charger): (usize, &Charger)| {
        let at = match (charger.is_outside(), charger.offline) {
            (true, true) => Some(wall),
            (true, false) => fresh.get(&index).copied(),
            (false, _) => Some(fleet.now()),
        };
        let Some(at) = at.filter(|_| !charger.silent) else {
            return Vec::new();
        };
        let frame = fleet.frame(charger, at);
        let text = |text| Ready {
            device_id: charger.id.clone(),
            millis: at.as_millisecond(),
            text: Utf8Bytes::from(text),
        };
        texts(quirks, &frame).into_iter().map(text).collect()
    };
    Moment {
        frames: fleet.chargers.iter().enumerate().map(ready).collect(),
    }
}
