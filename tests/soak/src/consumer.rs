//! The streams, each with a policy and a way of its own, and what they deliver.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tellus_core::{
    Batch, Client, Gap, ListenerHandle, Result, StatusEvent, StreamStats, StreamStatus, Subscription,
    TelemetryListener,
    columns::{FIRST, READING},
};

use crate::account::Span;

/// The largest batch that is pulled.
const ROWS: usize = 4096;

/// What was delivered since it was last looked at.
#[derive(Debug, Default)]
pub(crate) struct Harvest {
    /// Devices and times (µs).
    pub(crate) frames: Vec<(usize, i64)>,
    /// Frames that tell nothing, although the platform sends none of the kind.
    pub(crate) empty: u64,
    pub(crate) gaps: Vec<(usize, Span)>,
    pub(crate) gaps_told: u64,
    pub(crate) failures: Vec<String>,
}

/// Takes what comes, as slowly as it is told to.
#[derive(Debug)]
struct Taker {
    /// The place of each device in its subscription.
    places: HashMap<String, usize>,
    harvest: Mutex<Harvest>,
    /// A pause after each batch (µs).
    pause: AtomicU64,
}

impl Taker {
    fn new(devices: &[String]) -> Self {
        Self {
            places: devices.iter().cloned().zip(0..).collect(),
            harvest: Mutex::default(),
            pause: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Harvest> {
        self.harvest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn frames(&self, batch: &Batch) {
        let columns = batch.frames.columns();
        let mut harvest = self.lock();
        let mut last = None;
        for (row, flags) in columns.flags.iter().enumerate() {
            if flags & FIRST == 0 {
                continue;
            }
            // Neighbours are often of one device; a look-up in text is not free.
            let code = columns.device[row];
            let place = match last {
                Some((known, place)) if known == code => place,
                _ => self.places[batch.frames.names().device(code)],
            };
            last = Some((code, place));
            harvest.frames.push((place, columns.timestamp[row]));
            harvest.empty += u64::from(flags & READING == 0);
        }
    }

    fn gap(&self, gap: &Gap) {
        let told = self.span(gap);
        let mut harvest = self.lock();
        harvest.gaps.push(told);
        harvest.gaps_told += u64::from(gap.is_open());
    }

    fn span(&self, gap: &Gap) -> (usize, Span) {
        let span = Span {
            last: gap.last.map(|observed| observed.timestamp.as_microsecond()),
            next: gap.next.map(|observed| observed.timestamp.as_microsecond()),
        };
        (self.places[&gap.device_id], span)
    }

    fn status(&self, event: &StatusEvent) {
        if let StreamStatus::Failed(error) = &event.status {
            self.lock().failures.push(error.to_string());
        }
    }

    fn dawdle(&self) {
        match self.pause.load(Ordering::Relaxed) {
            0 => {}
            pause => thread::sleep(Duration::from_micros(pause)),
        }
    }
}

/// The taker as a listener.
struct Listening(Arc<Taker>);

impl TelemetryListener for Listening {
    fn on_batch(&self, batch: &Batch) -> std::result::Result<(), String> {
        self.0.frames(batch);
        self.0.dawdle();
        Ok(())
    }

    fn on_status(&self, event: &StatusEvent) -> std::result::Result<(), String> {
        self.0.status(event);
        Ok(())
    }

    fn on_gap(&self, gap: &Gap) -> std::result::Result<(), String> {
        self.0.gap(gap);
        Ok(())
    }
}

#[derive(Debug)]
enum Way {
    Pulled {
        stream: Arc<Subscription>,
        thread: Option<JoinHandle<()>>,
    },
    Told(ListenerHandle),
}

/// One stream and whoever takes what it delivers.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) name: &'static str,
    pub(crate) devices: Vec<String>,
    taker: Arc<Taker>,
    way: Way,
}

impl Consumer {
    /// A thread of ours pulls.
    pub(crate) fn pulling(name: &'static str, client: &Client, devices: Vec<String>) -> Result<Self> {
        let taker = Arc::new(Taker::new(&devices));
        let stream = Arc::new(client.telemetry(devices.clone())?);
        let (pulled, into) = (stream.clone(), taker.clone());
        let thread = thread::spawn(move || {
            // A failure was told as a status before.
            while let Ok(Some(batch)) = pulled.next_batch_blocking(ROWS, None) {
                batch.events.iter().for_each(|event| into.status(event));
                batch.gaps.iter().for_each(|gap| into.gap(gap));
                into.frames(&batch);
                drop(batch);
                into.dawdle();
            }
        });
        let thread = Some(thread);
        let way = Way::Pulled { stream, thread };
        Ok(Self {
            name,
            devices,
            taker,
            way,
        })
    }

    /// A thread of the SDK's tells a listener.
    pub(crate) fn listening(name: &'static str, client: &Client, devices: Vec<String>) -> Result<Self> {
        let taker = Arc::new(Taker::new(&devices));
        let way = Way::Told(client.subscribe(devices.clone(), Arc::new(Listening(taker.clone())))?);
        Ok(Self {
            name,
            devices,
            taker,
            way,
        })
    }

    /// What was delivered since the last time.
    pub(crate) fn harvest(&self) -> Harvest {
        std::mem::take(&mut *self.taker.lock())
    }

    /// The table of gaps: the policy that keeps the newest only does not tell of each one it makes.
    pub(crate) fn table(&self) -> Vec<(usize, Span)> {
        let gaps = match &self.way {
            Way::Pulled { stream, .. } => stream.gaps(),
            Way::Told(handle) => handle.gaps(),
        };
        gaps.iter().map(|gap| self.taker.span(gap)).collect()
    }

    pub(crate) fn stats(&self) -> StreamStats {
        match &self.way {
            Way::Pulled { stream, .. } => stream.stats(),
            Way::Told(handle) => handle.stats(),
        }
    }

    /// From now on it waits this long after each batch.
    pub(crate) fn slow_down(&self, pause: Duration) {
        let micros = u64::try_from(pause.as_micros()).unwrap_or(u64::MAX);
        self.taker.pause.store(micros, Ordering::Relaxed);
    }

    pub(crate) fn pause(&self) {
        match &self.way {
            Way::Pulled { stream, .. } => stream.pause(),
            Way::Told(handle) => handle.pause(),
        }
    }

    pub(crate) fn resume(&self) {
        match &self.way {
            Way::Pulled { stream, .. } => stream.resume(),
            Way::Told(handle) => handle.resume(),
        }
    }

    pub(crate) fn network_changed(&self) {
        match &self.way {
            Way::Pulled { stream, .. } => stream.network_changed(),
            Way::Told(handle) => handle.network_changed(),
        }
    }

    /// Ends the stream; waits for our thread, not for the SDK's.
    pub(crate) fn close(&mut self) {
        match &mut self.way {
            Way::Pulled { stream, thread } => {
                stream.close();
                if let Some(thread) = thread.take() {
                    // A panic in it has been reported on its own, and what it took is missing.
                    let _ = thread.join();
                }
            }
            Way::Told(handle) => handle.close(),
        }
    }
}
