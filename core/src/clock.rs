//! Wall time, monotonic time and waiting behind one seam, so that tests move a clock and never sleep.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::sync::watch;

/// A boxed future, for traits that are used as objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the SDK gets its time from.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Wall time. May jump: users set clocks, phones sleep.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment. Never goes back; on many systems it stands still while a phone sleeps.
    fn monotonic(&self) -> Duration;
    /// Ends after this much monotonic time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// A clock that many parts share.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// The machine's clock, ready to share.
    pub fn shared() -> SharedClock {
        Arc::new(Self { origin: Instant::now() })
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A clock for tests: it moves only when told to, and whoever sleeps on it wakes when its time has come.
#[derive(Debug, Clone)]
pub struct ManualClock {
    state: Arc<Mutex<ManualState>>,
    moved: watch::Sender<Duration>,
}

#[derive(Debug)]
struct ManualState {
    wall: Timestamp,
    monotonic: Duration,
}

impl ManualClock {
    /// A clock that stands at `wall`.
    pub fn new(wall: Timestamp) -> Self {
        Self {
            state: Arc::new(Mutex::new(ManualState {
                wall,
                monotonic: Duration::ZERO,
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
        let now = self.change(|state| {
            state.wall += by;
            state.monotonic += by;
        });
        self.moved.send_replace(now);
    }

    /// Moves the wall clock only, as a user or a sleeping phone does.
    pub fn jump_wall(&self, by: jiff::SignedDuration) {
        self.change(|state| state.wall += by);
    }

    fn change(&self, change: impl FnOnce(&mut ManualState)) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        state.monotonic
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).wall
    }

    fn monotonic(&self) -> Duration {
        self.change(|_| ())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let deadline = self.monotonic() + duration;
        let mut moved = self.moved.subscribe();
        Box::pin(async move {
            // An error means that the clock is gone: nobody can move it any more, so nobody waits for it.
            let _ = moved.wait_for(|now| *now >= deadline).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_its_time_has_come_and_not_before() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let sleeper = tokio::spawn(clock.sleep(Duration::from_secs(10)));
        clock.advance(Duration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        sleeper.await.unwrap();
        assert_eq!(clock.now().as_second(), 10);
    }
}
