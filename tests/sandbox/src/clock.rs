//! The sandbox's wall clock: real time plus whatever a test has added.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::sync::lock;

/// Wall time for tokens, quotas and the journal. It runs at real speed whatever the fleet's speed is.
///
/// Built on the monotonic clock, so that a change of the host's clock in the middle of a test moves nothing.
#[derive(Debug)]
pub(crate) struct Clock {
    origin: Timestamp,
    started: Instant,
    added: Mutex<Duration>,
}

impl Clock {
    /// A clock that shows `origin` now.
    pub(crate) fn starting_at(origin: Timestamp) -> Self {
        Self {
            origin,
            started: Instant::now(),
            added: Mutex::new(Duration::ZERO),
        }
    }

    /// The sandbox's present.
    pub(crate) fn now(&self) -> Timestamp {
        later(self.origin, self.since_start())
    }

    /// How far this clock has run since the start, moves included.
    pub(crate) fn since_start(&self) -> Duration {
        self.started.elapsed() + *lock(&self.added)
    }

    /// How far the clock was moved by hand so far.
    pub(crate) fn added(&self) -> Duration {
        *lock(&self.added)
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        let mut added = lock(&self.added);
        *added = added.saturating_add(by);
    }
}

/// `base + by`, or `base` when the sum leaves the calendar.
pub(crate) fn later(base: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| base.checked_add(by).ok())
        .unwrap_or(base)
}

/// A timestamp as the API writes it: UTC with milliseconds.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_forward_only_when_told() {
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_secs(3600));
        let now = clock.now().as_second();
        assert!((3600..3605).contains(&now), "{now}");
    }

    #[test]
    fn writes_milliseconds_in_utc() {
        assert_eq!(rfc3339(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
    }
}
