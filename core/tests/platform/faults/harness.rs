//! What the tests share: a platform that remembers what it sent, and somebody who watches a stream.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tellus_core::{
    Batch, Client, Config, Error, Gap, GapCause, StatusEvent, StreamStatus, Subscription, clock::ManualClock,
    model::TelemetryFrame,
};
use tellus_sandbox::{CloseReason, FaultKind, JournalEvent, Options, Sandbox};
use tokio::time::timeout;

use super::account::{sent, verify};
use crate::common::{block_on, config, credentials, requests};

/// Far above what is needed, so that only a real failure meets it.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn options() -> Options {
    Options {
        cadence: Duration::from_millis(50),
        history_days: 0,
        record_frames: true,
        ..Options::default()
    }
}

pub(super) fn platform() -> Sandbox {
    Sandbox::start(options()).unwrap()
}

/// A platform with a past, so that some of its devices charge.
pub(super) fn busy_platform() -> Sandbox {
    Sandbox::start(Options {
        history_days: Options::default().history_days,
        ..options()
    })
    .unwrap()
}

/// Settings with a clock that a test moves.
pub(super) fn manual(sandbox: &Sandbox) -> (Config, ManualClock) {
    let clock = ManualClock::new(Timestamp::now());
    let mut config = config(sandbox);
    config.clock = clock.shared();
    config.stream.staleness = None;
    (config, clock)
}

/// An error in the platform's own envelope.
pub(super) fn refusal(status: u16, code: u32, retry_after_seconds: Option<u64>) -> FaultKind {
    FaultKind::Error {
        status,
        code,
        message: None,
        details: None,
        retry_after_seconds,
    }
}

/// What a stream has told.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) frames: Vec<TelemetryFrame>,
    pub(super) statuses: Vec<StreamStatus>,
    pub(super) gaps: Vec<Gap>,
    pub(super) end: Option<Result<(), Error>>,
    /// How many frames are no news.
    old: usize,
}

impl Seen {
    pub(super) fn take(&mut self, batch: &Batch) {
        for StatusEvent { status, .. } in &batch.events {
            self.statuses.push(status.clone());
        }
        self.gaps.extend(batch.gaps.iter().cloned());
        self.frames.extend(&batch.frames);
    }

    /// The frames since the last turning point.
    pub(super) fn fresh(&self) -> &[TelemetryFrame] {
        &self.frames[self.old..]
    }

    /// The devices of which there are frames since the last turning point.
    pub(super) fn reporting(&self) -> BTreeSet<&str> {
        self.fresh().iter().map(|frame| frame.device_id.as_str()).collect()
    }

    /// A turning point: states and frames are looked at from here on.
    pub(super) fn turn(&mut self) {
        self.old = self.frames.len();
        self.statuses.clear();
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        self.statuses.iter().map(StreamStatus::name).collect()
    }

    pub(super) fn is(&self, status: &str) -> bool {
        self.statuses.last().is_some_and(|last| last.name() == status)
    }
}

/// Watches one stream.
pub(super) struct Watcher {
    pub(super) stream: Subscription,
    pub(super) seen: Seen,
}

impl Watcher {
    /// Opens a stream for all devices.
    pub(super) fn open(sandbox: &Sandbox, config: Config) -> Self {
        let client = Client::new(config, credentials(sandbox)).unwrap();
        Self::of(client.telemetry(sandbox.device_ids()).unwrap())
    }

    pub(super) fn of(stream: Subscription) -> Self {
        Self {
            stream,
            seen: Seen::default(),
        }
    }

    /// Opens a stream for all devices, and waits until each has reported.
    pub(super) fn live(sandbox: &Sandbox, config: Config) -> Self {
        let mut watcher = Self::open(sandbox, config);
        watcher.until_all_report();
        assert_eq!(watcher.seen.names(), ["connecting", "live"]);
        watcher.seen.turn();
        watcher
    }

    /// Pulls until it is enough. A test that moves the clock does so in `enough`.
    pub(super) fn until(&mut self, what: &str, mut enough: impl FnMut(&Seen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !enough(&self.seen) {
            assert!(
                Instant::now() < deadline,
                "never happened: {what}; {} frames, {:?}, end {:?}",
                self.seen.fresh().len(),
                self.seen.names(),
                self.seen.end
            );
            // Not the stream's own clock: it may stand still.
            let pulled =
                block_on(async { timeout(Duration::from_millis(20), self.stream.next_batch(1000, None)).await });
            match pulled {
                Err(_) => {}
                Ok(Ok(Some(batch))) => self.seen.take(&batch),
                Ok(Ok(None)) => self.seen.end = Some(Ok(())),
                Ok(Err(error)) => self.seen.end = Some(Err(error)),
            }
        }
    }

    /// Pulls until every device has reported since the turning point, and none is in a gap.
    pub(super) fn until_all_report(&mut self) {
        let devices = self.stream.devices().len();
        self.until("all devices report", |seen| seen.reporting().len() == devices);
        assert_eq!(self.stream.stats().open_gaps, 0);
    }

    /// Pulls until every device was told to be back from a gap with this cause.
    pub(super) fn until_bridged(&mut self, cause: GapCause) {
        let devices = self.stream.devices().len();
        let over = |gap: &&Gap| gap.cause == cause && !gap.is_open();
        self.until("all devices are back", |seen| {
            seen.gaps.iter().filter(over).count() == devices
        });
        self.assert_bridged(cause, 1);
    }

    /// Pulls to the end.
    pub(super) fn until_end(&mut self) -> &Result<(), Error> {
        self.until("the stream ends", |seen| seen.end.is_some());
        self.seen.end.as_ref().unwrap()
    }

    /// The gaps with this cause.
    pub(super) fn gaps(&self, cause: GapCause) -> Vec<Gap> {
        let gaps = self.stream.gaps().into_iter();
        gaps.filter(|gap| gap.cause == cause).collect()
    }

    /// Every device had so many gaps with this cause, from one frame to another. That nothing was delivered in between is
    /// for [`settle`](Self::settle) to find.
    pub(super) fn assert_bridged(&self, cause: GapCause, times: usize) {
        let gaps = self.gaps(cause);
        for device in self.stream.devices() {
            let ours: Vec<_> = gaps.iter().filter(|gap| gap.device_id == device).collect();
            let whole = |gap: &&&Gap| gap.last.is_some() && gap.next.is_some() && gap.closed_at.is_some();
            assert_eq!(
                (ours.len(), ours.iter().filter(whole).count()),
                (times, times),
                "{ours:?}"
            );
        }
    }

    /// Every device has a gap with this cause that is open; whether something was delivered before it is told, too.
    pub(super) fn assert_open(&self, cause: GapCause, delivered_before: bool) {
        let open: Vec<_> = self.gaps(cause).into_iter().filter(Gap::is_open).collect();
        let devices: Vec<_> = open.iter().map(|gap| gap.device_id.clone()).collect();
        assert_eq!(BTreeSet::from_iter(devices), BTreeSet::from_iter(self.stream.devices()));
        assert!(
            open.iter()
                .all(|gap| gap.last.is_some() == delivered_before && gap.next.is_none())
        );
    }

    /// Lets the stream rest, unless it has ended, and holds what was delivered against what these platforms sent.
    pub(super) fn settle(&mut self, sandboxes: &[&Sandbox]) {
        if self.seen.end.is_none() {
            self.stream.pause();
            self.until("the stream rests", |seen| seen.is("paused"));
            let devices = self.stream.devices().len() as u64;
            assert_eq!(self.stream.stats().open_gaps, devices, "{:?}", self.stream.gaps());
        }
        let table = self.stream.gaps();
        verify(
            &sent(sandboxes, &self.stream.devices()),
            &self.seen.frames,
            &table,
            false,
        );
        // Each gap was told when it opened, and once more when it closed.
        let (opened, closed): (Vec<_>, Vec<_>) = self.seen.gaps.iter().partition(|gap| gap.is_open());
        assert_eq!(opened.len(), table.len());
        for gap in &table {
            assert_eq!(closed.contains(&gap), !gap.is_open(), "{gap:?}");
        }
    }
}

/// The answers to the requests for a stream, in order.
pub(super) fn upgrades(sandbox: &Sandbox) -> Vec<u16> {
    let requests = requests(sandbox, "/v1/operator/stream");
    requests.iter().map(|request| request.status.unwrap_or(0)).collect()
}

/// How many streams were opened, and why those ended that did.
pub(super) fn streams(sandbox: &Sandbox) -> (usize, Vec<CloseReason>) {
    let (mut opened, mut closed) = (0, Vec::new());
    for entry in sandbox.journal() {
        match entry.event {
            JournalEvent::StreamOpen { .. } => opened += 1,
            JournalEvent::StreamClose { reason, .. } => closed.push(reason),
            _ => {}
        }
    }
    (opened, closed)
}
