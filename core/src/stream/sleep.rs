//! Notices that the machine slept. Its sockets are then most likely dead, although nothing says so: the monotonic clock,
//! by which silence is measured, stood still.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::SharedClock;

/// How often the clocks are compared. Seldom, since an app's process must not be woken for nothing.
const TICK: Duration = Duration::from_secs(5);

/// Compares the two clocks with how they stood before.
#[derive(Debug)]
pub(super) struct SleepWatch {
    clock: SharedClock,
    threshold: Duration,
    wall: Timestamp,
    monotonic: Duration,
}

impl SleepWatch {
    pub(super) fn new(clock: SharedClock, threshold: Duration) -> Self {
        Self {
            wall: clock.now(),
            monotonic: clock.monotonic(),
            clock,
            threshold,
        }
    }

    /// Ends when the machine has slept, and says how long. A user who sets the clock forward looks the same, and costs a
    /// reconnect; one who sets it back looks like nothing.
    pub(super) async fn slept(&mut self) -> Duration {
        loop {
            self.clock.sleep(TICK).await;
            if let Some(slept) = self.compare() {
                return slept;
            }
        }
    }

    fn compare(&mut self) -> Option<Duration> {
        let (wall, monotonic) = (self.clock.now(), self.clock.monotonic());
        let passed = Duration::try_from(wall.duration_since(self.wall)).unwrap_or_default();
        let ahead = passed.saturating_sub(monotonic.saturating_sub(self.monotonic));
        (self.wall, self.monotonic) = (wall, monotonic);
        (ahead > self.threshold).then_some(ahead)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn only_a_wall_clock_that_ran_ahead_is_a_sleep() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let mut watch = SleepWatch::new(clock.shared(), Duration::from_secs(10));
        let mut look = |wall: i64| {
            clock.jump_wall(SignedDuration::from_secs(wall));
            clock.advance(TICK);
            watch.compare()
        };
        assert_eq!(look(0), None);
        assert_eq!(look(10), None, "a clock that was set right");
        assert_eq!(look(-3600), None, "set back");
        assert_eq!(look(11), Some(Duration::from_secs(11)));
        assert_eq!(look(0), None, "told once");
    }

    #[tokio::test]
    async fn it_looks_every_two_seconds() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let mut watch = SleepWatch::new(clock.shared(), Duration::from_secs(10));
        let sleeper = tokio::spawn(async move { watch.slept().await });
        tokio::task::yield_now().await;
        clock.jump_wall(SignedDuration::from_secs(60));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(TICK);
        assert_eq!(sleeper.await.unwrap(), Duration::from_secs(60));
    }
}
