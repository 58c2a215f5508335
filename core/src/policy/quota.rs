//! The platform's request limits, kept on our side: an exact sliding window of one minute per class.
//!
//! A token bucket of 60 per minute lets up to 119 calls through in one window; this one never more than 60.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The window that the platform's limits speak of. Whether it is a fixed or a sliding one is not specified;
/// what fits every sliding window fits every fixed one too.
const WINDOW: Duration = Duration::from_secs(60);

/// Which limit a call counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuotaClass {
    /// Reads: 60 per minute and `client_id`.
    Query,
    /// Control calls: 30 per minute. The platform names only the flexibility call and "batch-style
    /// operations"; the class of start, stop and discharge is not specified, so they count here.
    Control,
    /// Token requests: 10 per minute.
    Token,
}

/// One class's window.
#[derive(Debug)]
pub(crate) struct Quota {
    limit: usize,
    starts: Mutex<VecDeque<Duration>>,
}

impl Quota {
    /// At most `limit` calls in any minute.
    pub(crate) fn per_minute(limit: u32) -> Self {
        Self {
            limit: limit.max(1) as usize,
            starts: Mutex::default(),
        }
    }

    /// Reserves a place at or after `now` (monotonic time) and returns how long to wait for it; `Err` with that
    /// wait if it is longer than `max_wait`, and then nothing is reserved. Places are handed out in order.
    pub(crate) fn reserve(&self, now: Duration, max_wait: Duration) -> Result<Duration, Duration> {
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        while starts.front().is_some_and(|start| *start + WINDOW <= now) {
            starts.pop_front();
        }
        // The place that opens for us is freed by the call `limit` places before the end of the queue.
        let at = match starts.len().checked_sub(self.limit) {
            None => now,
            Some(index) => starts.get(index).map_or(now, |start| *start + WINDOW),
        };
        let wait = at.saturating_sub(now);
        if wait > max_wait {
            return Err(wait);
        }
        starts.push_back(at.max(now));
        Ok(wait)
    }

    /// How many calls may go out at `now` without waiting.
    pub(crate) fn left(&self, now: Duration) -> u32 {
        let starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = starts.iter().filter(|start| **start + WINDOW > now).count();
        u32::try_from(self.limit.saturating_sub(taken)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENT: Duration = Duration::from_secs(3600);

    #[test]
    fn the_call_after_the_last_free_place_waits_for_the_first_to_leave_the_window() {
        let quota = Quota::per_minute(2);
        let at = Duration::from_secs;
        assert_eq!(quota.reserve(at(0), PATIENT), Ok(at(0)));
        assert_eq!(quota.reserve(at(10), PATIENT), Ok(at(0)));
        assert_eq!(quota.left(at(10)), 0);
        assert_eq!(quota.reserve(at(20), PATIENT), Ok(at(40)));
        assert_eq!(quota.reserve(at(20), at(30)), Err(at(50)));
        assert_eq!(quota.left(at(131)), 2);
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_the_limit(
            limit in 1u32..20,
            gaps in prop::collection::vec(0u64..30_000, 1..200),
        ) {
            let quota = Quota::per_minute(limit);
            let mut now = Duration::ZERO;
            let mut sent = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                if let Ok(wait) = quota.reserve(now, PATIENT) {
                    sent.push(now + wait);
                }
            }
            sent.sort();
            for pair in sent.windows(limit as usize + 1) {
                prop_assert!(pair[limit as usize] - pair[0] >= WINDOW);
            }
        }
    }
}
