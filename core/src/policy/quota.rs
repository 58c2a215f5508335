//! The platform's request limits, kept on our side: an exact sliding window of one minute per class.
//!
//! A token bucket of 60 per minute lets up to 119 calls through in one window; this one never more than 60. And it counts a
//! call until a minute after its ANSWER: when it reached the platform we do not know, only that it was not later than that.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex as AsyncMutex, Notify};

use crate::clock::SharedClock;

/// The window that the platform's limits speak of. Whether it is a fixed or a sliding one is not specified;
/// what fits every sliding window fits every fixed one too.
const WINDOW: Duration = Duration::from_secs(60);
/// However high the limit, so many calls are under way at most: over HTTP/1.1 each holds a socket, and ten thousand callers
/// of one client would take all that a process may have.
const MOST_IN_FLIGHT: usize = 64;

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

/// The pure part: what is under way, and when the others were answered.
#[derive(Debug)]
struct Window {
    limit: usize,
    in_flight: usize,
    answered: VecDeque<Duration>,
    /// How many wait for a place.
    waiting: usize,
}

impl Window {
    fn forget_old(&mut self, now: Duration) {
        while self.answered.front().is_some_and(|answered| *answered + WINDOW <= now) {
            self.answered.pop_front();
        }
    }

    /// Takes a place at `now`. Otherwise says when the next one opens, if that is known: calls under way have no known end.
    fn try_enter(&mut self, now: Duration) -> Result<(), Option<Duration>> {
        self.forget_old(now);
        if self.in_flight == MOST_IN_FLIGHT {
            return Err(None);
        }
        if self.in_flight + self.answered.len() < self.limit {
            self.in_flight += 1;
            return Ok(());
        }
        Err(self.answered.front().map(|answered| *answered + WINDOW - now))
    }

    /// When a place opens for somebody before whom so many others wait: not earlier, since calls under way may take long.
    fn opens(&self, ahead: usize, now: Duration) -> Duration {
        let (rounds, place) = (ahead / self.limit, ahead % self.limit);
        let free = self.limit.saturating_sub(self.in_flight + self.answered.len());
        let again = WINDOW.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
        let first = match place.checked_sub(free) {
            None => now,
            Some(taken) => self.answered.get(taken).copied().unwrap_or(now) + WINDOW,
        };
        first.saturating_add(again)
    }

    fn leave(&mut self, now: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.answered.push_back(now);
    }

    fn left(&mut self, now: Duration) -> u32 {
        self.forget_old(now);
        let taken = self.in_flight + self.answered.len();
        u32::try_from(self.limit.saturating_sub(taken)).unwrap_or(u32::MAX)
    }
}

/// One class's window, and the queue before it.
#[derive(Debug)]
pub(crate) struct Quota {
    window: Mutex<Window>,
    /// Whoever is next holds it; the others queue for it, first come first served.
    turn: AsyncMutex<()>,
    freed: Notify,
    clock: SharedClock,
}

impl Quota {
    /// At most `limit` calls in any minute.
    pub(crate) fn per_minute(limit: u32, clock: SharedClock) -> Arc<Self> {
        let window = Window {
            limit: limit.max(1) as usize,
            in_flight: 0,
            answered: VecDeque::new(),
            waiting: 0,
        };
        Arc::new(Self {
            window: Mutex::new(window),
            turn: AsyncMutex::new(()),
            freed: Notify::new(),
            clock,
        })
    }

    /// Waits for a place, or says at once how long it would take if that is longer than `max_wait`. Slow answers to the calls
    /// before can add a fifth of that. Hold the place until the answer.
    pub(crate) async fn enter(self: &Arc<Self>, max_wait: Duration) -> Result<Place, Duration> {
        let start = self.clock.monotonic();
        let (waiting, wait) = self.queue(start);
        if wait > max_wait {
            return Err(wait);
        }
        // Whoever was let into the queue has a promise: one answer that takes a moment longer must not break it.
        let patience = max_wait.max(wait + max_wait / 5);
        tokio::select! {
            biased;
            place = self.next_place(waiting, start + patience) => place,
            () = self.clock.sleep(patience) => Err(self.wait_hint()),
        }
    }

    /// Joins the queue, and tells how long it is at least.
    fn queue(self: &Arc<Self>, now: Duration) -> (Waiting, Duration) {
        let mut window = self.window();
        window.forget_old(now);
        let wait = window.opens(window.waiting, now).saturating_sub(now);
        window.waiting += 1;
        (Waiting(Some(self.clone())), wait)
    }

    async fn next_place(self: &Arc<Self>, mut waiting: Waiting, deadline: Duration) -> Result<Place, Duration> {
        let _turn = self.turn.lock().await;
        loop {
            let freed = self.freed.notified();
            let now = self.clock.monotonic();
            let entered = waiting.try_enter(now);
            match entered {
                Ok(()) => return Ok(Place(self.clone())),
                Err(Some(wait)) if now + wait > deadline => return Err(wait),
                Err(Some(wait)) => self.clock.sleep(wait).await,
                Err(None) => freed.await,
            }
        }
    }

    fn wait_hint(&self) -> Duration {
        let now = self.clock.monotonic();
        let oldest = self.window().answered.front().copied();
        oldest.map_or(WINDOW, |answered| (answered + WINDOW).saturating_sub(now))
    }

    /// How many calls may go out now without waiting.
    pub(crate) fn left(&self) -> u32 {
        self.window().left(self.clock.monotonic())
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits for a place, until they have it or go away.
struct Waiting(Option<Arc<Quota>>);

impl Waiting {
    /// As [`Window::try_enter`]. Nobody may see a place that is taken by somebody who still waits.
    fn try_enter(&mut self, now: Duration) -> Result<(), Option<Duration>> {
        let Some(quota) = &self.0 else { return Ok(()) };
        let mut window = quota.window();
        window.try_enter(now)?;
        window.waiting -= 1;
        drop(window);
        self.0 = None;
        Ok(())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(quota) = &self.0 {
            quota.window().waiting -= 1;
        }
    }
}

/// A place in a window, held by a call under way. Letting go of it says that the call was answered, or given up.
#[derive(Debug)]
pub(crate) struct Place(Arc<Quota>);

impl Drop for Place {
    fn drop(&mut self) {
        let now = self.0.clock.monotonic();
        self.0.window().leave(now);
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::clock::ManualClock;

    const PATIENT: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_place_opens_a_minute_after_the_answer() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let quota = Quota::per_minute(2, clock.shared());
        let seconds = Duration::from_secs;
        let first = quota.enter(PATIENT).await.unwrap();
        let second = quota.enter(PATIENT).await.unwrap();
        assert_eq!(quota.left(), 0);
        assert_eq!(
            quota.enter(seconds(0)).await.unwrap_err(),
            seconds(60),
            "both are under way"
        );
        clock.advance(seconds(5));
        drop(first);
        assert_eq!(quota.enter(seconds(30)).await.unwrap_err(), seconds(60));
        let waiting = tokio::spawn({
            let quota = quota.clone();
            async move { quota.enter(PATIENT).await }
        });
        clock.advance(seconds(59));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(seconds(1));
        let third = waiting.await.unwrap().unwrap();
        drop((second, third));
        assert_eq!(quota.left(), 0);
        clock.advance(seconds(60));
        assert_eq!(quota.left(), 2);
    }

    #[tokio::test]
    async fn who_would_wait_in_vain_is_told_at_once_and_who_is_let_in_gets_a_place() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let quota = Quota::per_minute(2, clock.shared());
        let seconds = Duration::from_secs;
        drop((quota.enter(PATIENT).await.unwrap(), quota.enter(PATIENT).await.unwrap()));
        let wait = |longest| {
            tokio::spawn({
                let quota = quota.clone();
                async move { quota.enter(longest).await }
            })
        };
        let queue: Vec<_> = (0..2).map(|_| wait(seconds(75))).collect();
        tokio::task::yield_now().await;
        // A third one would get the place of one of the two, a minute later.
        assert_eq!(quota.enter(seconds(75)).await.unwrap_err(), seconds(120));
        let patient = wait(seconds(120));
        tokio::task::yield_now().await;
        clock.advance(seconds(60));
        let mut served = Vec::new();
        for waiting in queue {
            served.push(waiting.await.unwrap().unwrap());
        }
        // Their answers take ten seconds, and the third one waits so much longer than it was told.
        clock.advance(seconds(10));
        drop(served);
        clock.advance(seconds(59));
        tokio::task::yield_now().await;
        assert!(!patient.is_finished());
        clock.advance(seconds(1));
        patient.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn who_goes_away_is_no_longer_waited_for() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let quota = Quota::per_minute(1, clock.shared());
        drop(quota.enter(PATIENT).await.unwrap());
        let waiting = tokio::spawn({
            let quota = quota.clone();
            async move { quota.enter(PATIENT).await }
        });
        tokio::task::yield_now().await;
        assert_eq!(quota.enter(Duration::ZERO).await.unwrap_err(), 2 * WINDOW);
        waiting.abort();
        waiting.await.unwrap_err();
        assert_eq!(quota.enter(Duration::ZERO).await.unwrap_err(), WINDOW);
    }

    proptest! {
        /// Whenever, between sending and answer, each call reaches the platform: no window holds more than the limit.
        #[test]
        fn no_window_ever_holds_more_than_the_limit(
            limit in 1usize..8,
            calls in prop::collection::vec((0u64..20_000, 0u64..15_000, 0.0f64..=1.0), 1..150),
        ) {
            let mut window = Window { limit, in_flight: 0, answered: VecDeque::new(), waiting: 0 };
            let mut under_way: Vec<Duration> = Vec::new();
            let mut arrivals = Vec::new();
            let mut now = Duration::ZERO;
            for (gap, latency, share) in calls {
                now += Duration::from_millis(gap);
                under_way.sort();
                while under_way.first().is_some_and(|answer| *answer <= now) {
                    window.leave(under_way.remove(0));
                }
                if window.try_enter(now).is_ok() {
                    let latency = Duration::from_millis(latency);
                    under_way.push(now + latency);
                    arrivals.push(now + latency.mul_f64(share));
                }
            }
            arrivals.sort();
            for pair in arrivals.windows(limit + 1) {
                prop_assert!(pair[limit] - pair[0] >= WINDOW, "{:?}", pair);
            }
        }
    }
}
