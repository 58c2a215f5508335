//! Lets virtual time pass and hands out the frames of each tick.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::fleet::{Fleet, Frame};
use crate::state::Shared;
use crate::sync::lock;

/// Ticks a reader may be behind before it loses the oldest.
const KEPT: usize = 16;

/// What all readers share.
pub(crate) type Tick = Arc<Moment>;

/// The frames of one tick.
#[derive(Debug)]
pub(crate) struct Moment {
    /// The time in the frames (ms since 1970).
    pub(crate) millis: i64,
    /// By the charger's index: the text, and the frame it was made from for the faults that change it. `None` for a
    /// charger that sends nothing.
    frames: Vec<Option<(Frame, Utf8Bytes)>>,
}

impl Moment {
    /// The frame of one charger.
    pub(crate) fn frame(&self, index: usize) -> Option<&(Frame, Utf8Bytes)> {
        self.frames.get(index)?.as_ref()
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
        let mut fleet = lock(&shared.fleet);
        fleet.advance(passed);
        if shared.ticks.0.receiver_count() > 0 {
            let tick = Arc::new(moment(&fleet, shared.options.silent_offline));
            drop(fleet);
            // An error only says that the last reader has just left.
            let _ = shared.ticks.0.send(tick);
        }
    }
}

fn moment(fleet: &Fleet, silent_offline: bool) -> Moment {
    let frame = |charger: &crate::fleet::Charger| {
        if charger.silent || (charger.offline && silent_offline) {
            return None;
        }
        let frame = fleet.frame(charger);
        let text = serde_json::to_string(&frame).ok()?;
        Some((frame, Utf8Bytes::from(text)))
    };
    Moment {
        millis: fleet.now().as_millisecond(),
        frames: fleet.chargers.iter().map(frame).collect(),
    }
}
