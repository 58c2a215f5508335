//! Call quotas per client or charger and class: exact sliding windows, or fixed ones that begin with each minute or
//! second.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::sync::lock;
use crate::unspecified::QUOTA_WINDOW_SECONDS;

/// The class of a call; each has its own limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Reading calls.
    Query,
    /// Commands.
    Control,
    /// Token issuance.
    Token,
    /// A charger's telemetry.
    Telemetry,
    /// A charger's heartbeats.
    Heartbeat,
    /// A charger's other calls.
    Device,
}

impl Class {
    /// Length of the window (s).
    fn window(self) -> i64 {
        match self {
            Self::Telemetry | Self::Heartbeat => 1,
            _ => QUOTA_WINDOW_SECONDS,
        }
    }
}

/// What is not specified about counting.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rule {
    /// Windows begin with each minute or second of the clock, instead of sliding with the calls.
    pub(crate) fixed: bool,
    /// A call that is refused fills the window too.
    pub(crate) refused_count: bool,
}

/// Calls per window; 0 means unlimited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) query: u32,
    pub(crate) control: u32,
    pub(crate) token: u32,
    /// Telemetry, and heartbeats, per second.
    pub(crate) device_second: u32,
    /// A charger's other calls, per minute.
    pub(crate) device_minute: u32,
}

/// The moments of the calls that count, per client and class.
#[derive(Debug)]
pub(crate) struct Quotas {
    limits: Limits,
    calls: Mutex<HashMap<(String, Class), VecDeque<Timestamp>>>,
}

impl Quotas {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            calls: Mutex::default(),
        }
    }

    /// Counts one call at `now`, or says how many whole seconds (at least 1) to wait until there is room again.
    pub(crate) fn take(&self, caller: &str, class: Class, now: Timestamp, rule: Rule) -> Result<(), u64> {
        let limit = match class {
            Class::Query => self.limits.query,
            Class::Control => self.limits.control,
            Class::Token => self.limits.token,
            Class::Telemetry | Class::Heartbeat => self.limits.device_second,
            Class::Device => self.limits.device_minute,
        } as usize;
        if limit == 0 {
            return Ok(());
        }
        let mut calls = lock(&self.calls);
        let window = calls.entry((caller.to_owned(), class)).or_default();
        let span = SignedDuration::from_secs(class.window());
        // The moment at which a call stops to count.
        let leaves = |call: Timestamp| {
            let second = call.as_second();
            let fixed = Timestamp::from_second(second - second.rem_euclid(class.window()));
            let begin = if rule.fixed { fixed.unwrap_or(call) } else { call };
            begin.checked_add(span).unwrap_or(Timestamp::MAX)
        };
        while window.front().is_some_and(|first| leaves(*first) <= now) {
            window.pop_front();
        }
        if window.len() < limit {
            window.push_back(now);
            return Ok(());
        }
        // The call that must leave the window before the next one fits.
        let blocking = window[window.len() - limit];
        let wait_ms = leaves(blocking).duration_since(now).as_millis().max(1) as u64;
        if rule.refused_count {
            // Older ones change nothing any more.
            window.pop_front();
            window.push_back(now);
        }
        Err(wait_ms.div_ceil(1000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap()
    }

    fn quotas() -> Quotas {
        Quotas::new(Limits {
            query: 3,
            control: 1,
            token: 0,
            device_second: 2,
            device_minute: 0,
        })
    }

    #[test]
    fn fixed_windows_begin_with_the_minute() {
        let quotas = quotas();
        let fixed = Rule {
            fixed: true,
            ..Rule::default()
        };
        // The first minute ends at 40 s, counted from here.
        for ms in [38_000, 39_000, 39_500] {
            assert_eq!(quotas.take("a", Class::Query, at(ms), fixed), Ok(()));
        }
        assert_eq!(quotas.take("a", Class::Query, at(39_500), fixed), Err(1));
        for ms in [40_000, 40_001, 40_002] {
            assert_eq!(quotas.take("a", Class::Query, at(ms), fixed), Ok(()), "{ms}");
        }
        assert_eq!(quotas.take("a", Class::Query, at(41_000), fixed), Err(59));
    }

    #[test]
    fn the_window_slides_call_by_call() {
        let quotas = quotas();
        for ms in [0, 20_000, 40_000] {
            assert_eq!(quotas.take("a", Class::Query, at(ms), Rule::default()), Ok(()));
        }
        assert_eq!(quotas.take("a", Class::Query, at(45_500), Rule::default()), Err(15));
        assert_eq!(quotas.take("a", Class::Query, at(59_999), Rule::default()), Err(1));
        assert_eq!(quotas.take("a", Class::Query, at(60_000), Rule::default()), Ok(()));
        // The second call leaves at 80 s, not before.
        assert_eq!(quotas.take("a", Class::Query, at(60_001), Rule::default()), Err(20));
        assert_eq!(quotas.take("a", Class::Query, at(80_000), Rule::default()), Ok(()));
    }

    #[test]
    fn clients_and_classes_do_not_share() {
        let quotas = quotas();
        assert_eq!(quotas.take("a", Class::Control, at(0), Rule::default()), Ok(()));
        assert_eq!(quotas.take("a", Class::Control, at(1), Rule::default()), Err(60));
        assert_eq!(quotas.take("b", Class::Control, at(1), Rule::default()), Ok(()));
        assert_eq!(quotas.take("a", Class::Query, at(1), Rule::default()), Ok(()));
    }

    #[test]
    fn telemetry_and_heartbeats_are_counted_by_the_second() {
        let quotas = quotas();
        for class in [Class::Telemetry, Class::Heartbeat] {
            assert_eq!(
                [0, 500].map(|ms| quotas.take("d", class, at(ms), Rule::default())),
                [Ok(()), Ok(())]
            );
            assert_eq!(quotas.take("d", class, at(999), Rule::default()), Err(1));
            assert_eq!(quotas.take("d", class, at(1000), Rule::default()), Ok(()));
        }
    }

    #[test]
    fn zero_is_unlimited() {
        let quotas = quotas();
        assert!((0..1000).all(|ms| quotas.take("a", Class::Token, at(ms), Rule::default()).is_ok()));
    }
}
