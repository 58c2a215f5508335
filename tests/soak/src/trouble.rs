//! Faults drawn at random: of the platform, of the network between, of the consumers, of the owner.

use std::time::{Duration, Instant};

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use tellus_sandbox::{Fault, FaultKind, Sandbox};

use crate::consumer::Consumer;

/// Faults that happen on the next request for a stream, or frame of one.
const STREAM: &str = "/operator/stream";

/// What there is to choose from, with the name it has in the summary.
const KINDS: [&str; 22] = [
    "drop one",
    "drop all",
    "drop in a frame",
    "close one",
    "close all",
    "half-open one",
    "half-open all",
    "no pong",
    "silent connections",
    "slow upgrades",
    "429 at the upgrade",
    "503 at the upgrade",
    "html at the upgrade",
    "malformed frames",
    "duplicate frames",
    "reordered frames",
    "oversized frames",
    "odd frames",
    "tokens revoked",
    "slow consumer",
    "owner's whims",
    "silent device",
];

/// Something that ends by itself.
enum Until {
    Slow(usize),
    Paused(usize),
    Silent(String),
}

/// Makes trouble.
pub(crate) struct Trouble {
    rng: StdRng,
    interval: Duration,
    next: Instant,
    passing: Vec<(Instant, Until)>,
    pub(crate) made: [u64; KINDS.len()],
}

impl Trouble {
    pub(crate) fn new(seed: u64, interval: Duration) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            interval,
            next: Instant::now(),
            passing: Vec::new(),
            made: [0; KINDS.len()],
        }
    }

    /// How many faults there were.
    pub(crate) fn count(&self) -> u64 {
        self.made.iter().sum()
    }

    /// The kinds of faults and how often each was made.
    pub(crate) fn table(&self) -> impl Iterator<Item = (&'static str, u64)> {
        KINDS.into_iter().zip(self.made)
    }

    /// Does what is due now.
    pub(crate) fn stir(&mut self, sandbox: &Sandbox, consumers: &[Consumer]) {
        let now = Instant::now();
        self.calm(sandbox, consumers, Some(now));
        if now < self.next {
            return;
        }
        self.next = now + self.interval.mul_f64(self.rng.random_range(0.0..2.0));
        let kind = self.rng.random_range(0..KINDS.len());
        self.made[kind] += 1;
        self.make(KINDS[kind], sandbox, consumers);
    }

    /// Ends what was to end by now; everything, also what waits for its occasion, if no time is given.
    pub(crate) fn calm(&mut self, sandbox: &Sandbox, consumers: &[Consumer], now: Option<Instant>) {
        if now.is_none() {
            sandbox.clear_faults();
        }
        self.passing.retain(|(end, until)| {
            if now.is_some_and(|now| now < *end) {
                return true;
            }
            match until {
                Until::Slow(consumer) => consumers[*consumer].slow_down(Duration::ZERO),
                Until::Paused(consumer) => consumers[*consumer].resume(),
                Until::Silent(device) => sandbox.inject(FaultKind::DeviceSilent {
                    device: device.clone(),
                    cleared: true,
                }),
            }
            false
        });
    }

    fn make(&mut self, kind: &str, sandbox: &Sandbox, consumers: &[Consumer]) {
        let rng = &mut self.rng;
        let few = rng.random_range(1..20);
        let chosen = rng.random_range(0..consumers.len());
        let codes = [1000, 1001, 1011, 1012, 1013, 4000];
        let code = *codes.choose(rng).unwrap_or(&1012);
        match kind {
            "drop one" => one(sandbox, rng, FaultKind::StreamDrop {}),
            "drop all" => sandbox.disconnect_streams(),
            "drop in a frame" => one(sandbox, rng, FaultKind::StreamDropMidFrame {}),
            "close one" => one(sandbox, rng, FaultKind::StreamClose { code }),
            "close all" => sandbox.inject(FaultKind::StreamClose { code }),
            "half-open one" => one(sandbox, rng, FaultKind::StreamHalfOpen {}),
            "half-open all" => sandbox.inject(FaultKind::StreamHalfOpen {}),
            "no pong" => one(sandbox, rng, FaultKind::StreamNoPong {}),
            "silent connections" => at_the_door(sandbox, FaultKind::ConnectionSilent {}.times(few.min(4))),
            "slow upgrades" => {
                let delay_ms = rng.random_range(10..1500);
                at_the_door(sandbox, FaultKind::Slow { delay_ms }.times(few).on(STREAM));
            }
            "429 at the upgrade" => at_the_door(sandbox, refusal(429, 5001).times(few).on(STREAM)),
            "503 at the upgrade" => at_the_door(sandbox, refusal(503, 9002).times(few).on(STREAM)),
            "html at the upgrade" => at_the_door(sandbox, FaultKind::Html { status: 502 }.times(few).on(STREAM)),
            "malformed frames" => sandbox.inject(FaultKind::StreamMalformed {}.times(few)),
            "duplicate frames" => sandbox.inject(FaultKind::StreamDuplicate {}.times(few)),
            "reordered frames" => sandbox.inject(FaultKind::StreamReorder {}.times(few)),
            "oversized frames" => {
                sandbox.inject(FaultKind::StreamOversized { bytes: 200_000 }.times(2));
                one(sandbox, rng, FaultKind::StreamOversized { bytes: 1_200_000 });
            }
            "odd frames" => {
                sandbox.inject(FaultKind::UnknownFields {}.times(few));
                let state = "preparing".to_owned();
                sandbox.inject(FaultKind::UnknownState { state, device: None }.times(few));
            }
            "tokens revoked" => {
                sandbox.inject(if few % 2 == 0 {
                    FaultKind::RevokeTokens {}
                } else {
                    FaultKind::ExpireTokens {}
                });
                sandbox.disconnect_streams();
            }
            "slow consumer" => {
                consumers[chosen].slow_down(Duration::from_millis(rng.random_range(50..800)));
                self.later(500..3000, Until::Slow(chosen));
            }
            "owner's whims" if few % 2 == 0 => consumers[chosen].network_changed(),
            "owner's whims" => {
                consumers[chosen].pause();
                self.later(10..1000, Until::Paused(chosen));
            }
            _ => {
                let Some(device) = consumers[chosen].devices.choose(rng).cloned() else {
                    return;
                };
                sandbox.inject(FaultKind::DeviceSilent {
                    device: device.clone(),
                    cleared: false,
                });
                self.later(500..5000, Until::Silent(device));
            }
        }
    }

    fn later(&mut self, millis: std::ops::Range<u64>, until: Until) {
        let after = Duration::from_millis(self.rng.random_range(millis));
        self.passing.push((Instant::now() + after, until));
    }
}

/// Lets it happen to the stream that sends the frame after so many.
fn one(sandbox: &Sandbox, rng: &mut impl Rng, kind: FaultKind) {
    sandbox.inject(kind.once().after(rng.random_range(1..500)));
}

/// Lets it happen to those who come back after all were sent away.
fn at_the_door(sandbox: &Sandbox, fault: Fault) {
    sandbox.inject(fault);
    sandbox.disconnect_streams();
}

fn refusal(status: u16, code: u32) -> FaultKind {
    FaultKind::Error {
        status,
        code,
        message: None,
        details: None,
        retry_after_seconds: None,
    }
}
