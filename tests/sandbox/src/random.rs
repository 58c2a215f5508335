//! The sandbox's own random numbers: a tiny generator whose output never changes between releases.
//!
//! A general-purpose crate may change its algorithm in an update; then "the same seed gives the same fleet"
//! would quietly stop being true, and recorded expectations with it.

/// A stream of pseudo-random numbers (the SplitMix64 generator).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A stream that depends on `seed` and on every label, so that unrelated parts of the fleet draw from
    /// unrelated streams and adding a charger does not disturb the others.
    pub(crate) fn new(seed: u64, labels: &[u64]) -> Self {
        let mut state = mix(seed ^ 0x5EED_0F7E_11A5_0001);
        for label in labels {
            state = mix(state ^ mix(label.wrapping_add(0xA076_1D64_78BD_642F)));
        }
        Self(state)
    }

    /// The next 64 random bits.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f64 {
        // 53 bits: all that a double can hold.
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number in `low..high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number in `0..bound` (0 when `bound` is 0).
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // The bias of the remainder is irrelevant for the small bounds used here.
        (self.next_u64() % bound.max(1) as u64) as usize
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// `digits` lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.next_u64()));
        }
        text.truncate(digits);
        text
    }
}

/// Scrambles 64 bits so that each input bit reaches every output bit.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn same_labels_same_numbers_and_other_labels_other_numbers() {
        let draw = |labels: &[u64]| Random::new(7, labels).next_u64();
        assert_eq!(draw(&[1, 2]), draw(&[1, 2]));
        assert_ne!(draw(&[1, 2]), draw(&[2, 1]));
        assert_ne!(Random::new(8, &[1, 2]).next_u64(), draw(&[1, 2]));
    }

    #[test]
    fn unit_numbers_spread_over_the_interval() {
        let mut random = Random::new(1, &[]);
        let mean = (0..10_000).map(|_| random.unit()).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "mean {mean}");
        assert_eq!(random.hex(12).len(), 12);
    }
}
