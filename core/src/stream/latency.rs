//! How long frames take from the charger's clock to their delivery.

use std::time::Duration;

/// One bucket for each power of two of microseconds: 1 µs to 12 days.
const BUCKETS: usize = 40;

/// Counts delays in buckets, each twice as wide as the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    buckets: [u64; BUCKETS],
    /// Frames from the future: the charger's clock is ahead of ours.
    ahead: u64,
}

impl Default for Latency {
    fn default() -> Self {
        Self {
            buckets: [0; BUCKETS],
            ahead: 0,
        }
    }
}

impl Latency {
    /// Counts a delay in µs.
    pub(super) fn record(&mut self, microseconds: i64) {
        match u64::try_from(microseconds) {
            Ok(delay) => self.buckets[((64 - delay.leading_zeros()) as usize).min(BUCKETS - 1)] += 1,
            Err(_) => self.ahead += 1,
        }
    }

    /// How many frames were counted.
    pub fn count(&self) -> u64 {
        self.ahead + self.buckets.iter().sum::<u64>()
    }

    /// How many frames came from the future: the charger's clock is ahead of this machine's.
    pub fn ahead(&self) -> u64 {
        self.ahead
    }

    /// The buckets: a delay, and how many frames took less than it and no less than the one before. In order.
    pub fn buckets(&self) -> impl Iterator<Item = (Duration, u64)> {
        self.buckets
            .iter()
            .enumerate()
            .map(|(power, count)| (Duration::from_micros(1 << power), *count))
    }

    /// The delay that this share of frames (0 to 1) stays below, to the next power of two; `None` without frames.
    /// Includes the difference between the charger's clock and this machine's.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let total = self.count();
        if total == 0 {
            return None;
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count; a float is exact enough"
        )]
        let wanted = ((total as f64 * share.clamp(0.0, 1.0)).ceil() as u64).max(1);
        let mut seen = self.ahead;
        if seen >= wanted {
            return Some(Duration::ZERO);
        }
        self.buckets().find_map(|(below, count)| {
            seen += count;
            (seen >= wanted).then_some(below)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_the_ends_of_their_buckets() {
        let mut latency = Latency::default();
        assert_eq!(latency.quantile(0.5), None);
        for delay in [-5, 0, 1, 3, 1000, i64::MAX] {
            latency.record(delay);
        }
        assert_eq!((latency.count(), latency.ahead()), (6, 1));
        assert_eq!(latency.quantile(0.0), Some(Duration::ZERO));
        assert_eq!(latency.quantile(0.5), Some(Duration::from_micros(2)));
        assert_eq!(latency.quantile(0.8), Some(Duration::from_micros(1024)));
        assert_eq!(latency.quantile(1.0), Some(Duration::from_micros(1 << (BUCKETS - 1))));
    }
}
