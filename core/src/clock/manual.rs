//! A clock for tests.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{BoxFuture, Clock, SharedClock};

/// A clock for tests: it moves only when told to, and whoever sleeps on it wakes when its time has come. It knows who
/// sleeps, so that a test need not guess when to move it.
#[derive(Debug, Clone)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
    moved: watch::Sender<Duration>,
}

#[derive(Debug)]
struct State {
    wall: Timestamp,
    monotonic: Duration,
    /// When those who sleep wake, each under a number of its own.
    asleep: BTreeMap<u64, Duration>,
    last: u64,
}

impl ManualClock {
    /// A clock that stands at `wall`.
    pub fn new(wall: Timestamp) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                wall,
                monotonic: Duration::ZERO,
                asleep: BTreeMap::new(),
                last: 0,
            })),
            moved: watch::channel(Duration::ZERO).0,
        }
    }

    /// This clock as the SDK takes it.
    pub fn shared(&self) -> SharedClock {
        Arc::new(self.clone())
    }

    /// Moves both clocks forward, and wakes whoever has slept long enough.
    pub fn advance(&self, by: Duration) {
        let mut state = self.lock();
        state.wall += by;
        state.monotonic += by;
        let now = state.monotonic;
        drop(state);
        self.moved.send_replace(now);
    }

    /// Moves the wall clock only, as a user or a sleeping phone does.
    pub fn jump_wall(&self, by: SignedDuration) {
        self.lock().wall += by;
    }

    /// For how much longer each sleeper sleeps, the shortest time first, in whole milliseconds rounded up: moved by that
    /// much, the clock wakes it. Only somebody who really waits counts: a time limit on what is ready at once does not.
    pub fn sleeps(&self) -> Vec<Duration> {
        let state = self.lock();
        // Whoever has been woken need not have run yet.
        let asleep = state.asleep.values().filter(|until| **until > state.monotonic);
        let mut left: Vec<_> = asleep.map(|until| whole_millis(*until - state.monotonic)).collect();
        left.sort_unstable();
        left
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().wall
    }

    fn monotonic(&self) -> Duration {
        self.lock().monotonic
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let deadline = self.monotonic() + duration;
        let mut moved = self.moved.subscribe();
        let state = self.state.clone();
        Box::pin(async move {
            let _asleep = Asleep::enter(&state, deadline);
            // An error means that the clock is gone: nobody can move it any more, so nobody waits for it.
            let _ = moved.wait_for(|now| *now >= deadline).await;
        })
    }
}

fn whole_millis(span: Duration) -> Duration {
    let rest = span.subsec_nanos() % 1_000_000;
    span + Duration::from_nanos(u64::from((1_000_000 - rest) % 1_000_000))
}

/// Somebody who sleeps, until it is dropped.
struct Asleep<'a> {
    state: &'a Mutex<State>,
    number: u64,
}

impl<'a> Asleep<'a> {
    /// `None` if it is time to wake already.
    fn enter(state: &'a Mutex<State>, until: Duration) -> Option<Self> {
        let mut inner = state.lock().unwrap_or_else(PoisonError::into_inner);
        if until <= inner.monotonic {
            return None;
        }
        inner.last += 1;
        let number = inner.last;
        inner.asleep.insert(number, until);
        Some(Self { state, number })
    }
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        let mut inner = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        inner.asleep.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn a_sleeper_wakes_when_its_time_has_come_and_not_before() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let sleeper = tokio::spawn(clock.sleep(10 * SECOND));
        clock.advance(9 * SECOND);
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(SECOND);
        sleeper.await.unwrap();
        assert_eq!(clock.now().as_second(), 10);
    }

    #[tokio::test]
    async fn it_knows_who_really_sleeps_and_for_how_much_longer() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let mut sleeps = [clock.sleep(10 * SECOND), clock.sleep(3 * SECOND), clock.sleep(SECOND)];
        assert!(clock.sleeps().is_empty(), "nobody waits yet");
        for sleep in &mut sleeps[..2] {
            let pending = poll_fn(|context| std::task::Poll::Ready(sleep.as_mut().poll(context).is_pending()));
            assert!(pending.await);
        }
        assert_eq!(clock.sleeps(), [3 * SECOND, 10 * SECOND]);
        clock.advance(2 * SECOND);
        assert_eq!(clock.sleeps(), [SECOND, 8 * SECOND]);
        let [long, short, _] = sleeps;
        drop(long);
        clock.advance(SECOND);
        short.await;
        assert!(clock.sleeps().is_empty(), "one has woken, one was given up");
    }

    #[tokio::test]
    async fn what_it_says_is_enough_to_wake_a_sleeper() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let sleeper = tokio::spawn(clock.sleep(Duration::from_nanos(1_000_001)));
        tokio::task::yield_now().await;
        assert_eq!(clock.sleeps(), [Duration::from_millis(2)]);
        clock.advance(clock.sleeps()[0]);
        assert!(clock.sleeps().is_empty(), "woken, although it has not run yet");
        sleeper.await.unwrap();
    }
}
