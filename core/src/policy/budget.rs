//! A retry budget: when most calls fail, retries stop, so that an outage is not made worse by those who
//! suffer from it.

use std::sync::{Mutex, PoisonError};

/// What a full budget holds: a hundred retries.
const CAPACITY: u32 = 500;
/// What a retry costs.
const RETRY: u32 = 5;
/// What a retry after a time-out costs: those tie up a connection for long.
const RETRY_AFTER_TIMEOUT: u32 = 10;
/// What a call that succeeds at once gives back.
const SUCCESS: u32 = 1;

/// Tokens that retries spend and successes earn. Shared by all calls of a client.
#[derive(Debug)]
pub(crate) struct RetryBudget(Mutex<u32>);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Mutex::new(CAPACITY))
    }
}

impl RetryBudget {
    /// Takes what one retry costs; `false` if there is not enough left.
    pub(crate) fn withdraw(&self, after_timeout: bool) -> bool {
        let cost = if after_timeout { RETRY_AFTER_TIMEOUT } else { RETRY };
        self.change(|left| match left.checked_sub(cost) {
            Some(rest) => {
                *left = rest;
                true
            }
            None => false,
        })
    }

    /// Gives back a little after a success.
    pub(crate) fn deposit(&self) {
        self.change(|left| *left = (*left + SUCCESS).min(CAPACITY));
    }

    fn change<R>(&self, change: impl FnOnce(&mut u32) -> R) -> R {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_empties_the_budget_and_successes_refill_it() {
        let budget = RetryBudget::default();
        assert_eq!((0..1000).filter(|_| budget.withdraw(false)).count(), 100);
        assert!(!budget.withdraw(false));
        for _ in 0..RETRY {
            budget.deposit();
        }
        assert!(budget.withdraw(false));
        assert!(!budget.withdraw(false));
    }

    #[test]
    fn time_outs_cost_double_and_the_budget_never_overflows() {
        let budget = RetryBudget::default();
        budget.deposit();
        assert_eq!((0..1000).filter(|_| budget.withdraw(true)).count(), 50);
    }
}
