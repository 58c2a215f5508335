//! How long to wait before the next try: exponential, capped, with full jitter.

use std::time::Duration;

use rand::{Rng, RngExt};

/// An exponential schedule. The platform documents 1 s doubling to 30 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The nominal wait before the first retry.
    pub base: Duration,
    /// No nominal wait is longer than this.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
        }
    }
}

impl Backoff {
    /// The wait before retry `attempt` (0 for the first) if there were no jitter.
    pub fn nominal(&self, attempt: u32) -> Duration {
        2u32.checked_pow(attempt)
            .and_then(|factor| self.base.checked_mul(factor))
            .map_or(self.cap, |wait| wait.min(self.cap))
    }

    /// The wait before retry `attempt`: evenly drawn between nothing and [`Backoff::nominal`], so that
    /// clients that failed together do not come back together.
    pub fn delay(&self, attempt: u32, rng: &mut impl Rng) -> Duration {
        self.nominal(attempt).mul_f64(rng.random::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn the_nominal_schedule_doubles_from_one_second_to_thirty() {
        let backoff = Backoff::default();
        let seconds: Vec<_> = (0..7).map(|n| backoff.nominal(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff.nominal(u32::MAX), backoff.cap);
    }

    proptest! {
        #[test]
        fn a_delay_never_exceeds_its_nominal_wait(attempt in any::<u32>(), seed in any::<u64>()) {
            let backoff = Backoff::default();
            let delay = backoff.delay(attempt, &mut StdRng::seed_from_u64(seed));
            prop_assert!(delay <= backoff.nominal(attempt));
        }
    }

    #[test]
    fn delays_spread_over_the_whole_range() {
        let backoff = Backoff::default();
        let mut rng = StdRng::seed_from_u64(7);
        let early = (0..1000)
            .filter(|_| backoff.delay(4, &mut rng) < backoff.nominal(4) / 2)
            .count();
        assert!((400..600).contains(&early), "{early} of 1000 in the first half");
    }
}
