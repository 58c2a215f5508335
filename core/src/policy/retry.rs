//! Whether a failed attempt may be repeated, and after how long. Only the transport waits.

use std::time::Duration;

use rand::{Rng, RngExt};

use super::backoff::Backoff;
use crate::error::{Error, ErrorKind};

/// How a request may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replay {
    /// Sending it twice does no harm: reads, and token requests.
    Safe,
    /// A command: repeated only where it is certain that the platform has not acted on it. There is no
    /// idempotency key.
    OnlyIfUnsent,
}

/// How far a failed attempt got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// No byte of the request reached the platform.
    Unsent,
    /// The platform answered, and the answer says that it did not act.
    Refused,
    /// The platform may have acted: it got the request, and no answer, or a failure, came back.
    Ambiguous,
}

/// What to do after a failed attempt.
#[derive(Debug, PartialEq)]
pub(crate) enum Decision {
    /// Wait this long, then try again.
    Retry(Duration),
    /// Give the error to the caller.
    Surface,
    /// Nobody knows whether the command was carried out: say so.
    OutcomeUnknown,
}

/// The rule's settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryPolicy {
    /// How often a call is sent at most, the first time included. The platform documents 5.
    pub max_attempts: u32,
    /// The waits between attempts.
    pub backoff: Backoff,
    /// A `Retry-After` longer than this is not waited out: the error, with the value, goes to the caller. Default: 60 s.
    pub max_retry_after: Duration,
    /// Where the platform says how long to wait, the wait is that long and up to this much longer, evenly drawn: everybody
    /// who was told "12 s" would else come back together. Never shorter; zero waits exactly. Default: 1 s.
    pub retry_after_jitter: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 5,
            backoff: Backoff::default(),
            max_retry_after: Duration::from_secs(60),
            retry_after_jitter: Duration::from_secs(1),
        }
    }
}

/// How far the attempt that ended in `error` got, where an answer came back.
pub(crate) fn progress_of_answer(error: &Error) -> Progress {
    match error.kind() {
        ErrorKind::Server | ErrorKind::Decode | ErrorKind::Timeout => Progress::Ambiguous,
        _ => Progress::Refused,
    }
}

impl RetryPolicy {
    /// Decides after attempt number `attempt` (1 for the first) has failed with `error`.
    pub(crate) fn decide(
        &self,
        error: &Error,
        progress: Progress,
        replay: Replay,
        attempt: u32,
        rng: &mut impl Rng,
    ) -> Decision {
        if replay == Replay::OnlyIfUnsent && progress == Progress::Ambiguous {
            return Decision::OutcomeUnknown;
        }
        if !error.retryable() || attempt >= self.max_attempts {
            return Decision::Surface;
        }
        match error.retry_after() {
            Some(asked) if asked > self.max_retry_after => Decision::Surface,
            Some(asked) => Decision::Retry(asked.saturating_add(self.retry_after_jitter.mul_f64(rng.random::<f64>()))),
            None => Decision::Retry(self.backoff.delay(attempt - 1, rng)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn decide(error: &Error, progress: Progress, replay: Replay, attempt: u32) -> Decision {
        let mut rng = StdRng::seed_from_u64(1);
        RetryPolicy::default().decide(error, progress, replay, attempt, &mut rng)
    }

    fn retries(error: &Error, progress: Progress, replay: Replay, attempt: u32) -> bool {
        matches!(decide(error, progress, replay, attempt), Decision::Retry(_))
    }

    #[test]
    fn a_command_is_repeated_only_when_it_was_certainly_not_carried_out() {
        let lost = Error::new(ErrorKind::Connection, "reset");
        let command = Replay::OnlyIfUnsent;
        assert!(retries(&lost, Progress::Unsent, command, 1));
        assert_eq!(decide(&lost, Progress::Ambiguous, command, 1), Decision::OutcomeUnknown);
        let limited = Error::new(ErrorKind::RateLimited, "slow down");
        assert!(retries(&limited, Progress::Refused, command, 1));
        let broken = Error::new(ErrorKind::Server, "internal");
        assert_eq!(progress_of_answer(&broken), Progress::Ambiguous);
    }

    #[test]
    fn reads_are_repeated_up_to_the_limit_and_refusals_never() {
        let broken = Error::new(ErrorKind::Server, "internal");
        assert!(retries(&broken, Progress::Ambiguous, Replay::Safe, 4));
        assert!(!retries(&broken, Progress::Ambiguous, Replay::Safe, 5));
        let missing = Error::new(ErrorKind::NotFound, "no such device");
        assert!(!retries(&missing, Progress::Refused, Replay::Safe, 1));
    }

    fn limited(asked: Duration) -> Error {
        Error::new(ErrorKind::RateLimited, "slow down").with_retry_after(Some(asked))
    }

    /// The wait after a refusal that asked for `asked`, with jitter up to `jitter`.
    fn wait(asked: Duration, jitter: Duration, attempt: u32, seed: u64) -> Duration {
        let policy = RetryPolicy {
            retry_after_jitter: jitter,
            ..RetryPolicy::default()
        };
        let mut rng = StdRng::seed_from_u64(seed);
        match policy.decide(&limited(asked), Progress::Refused, Replay::Safe, attempt, &mut rng) {
            Decision::Retry(wait) => wait,
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn what_was_asked_for_is_waited_and_no_more_than_the_jitter_on_top(
            asked in 0u64..=60_000, jitter in 0u64..=5_000, attempt in 1u32..5, seed in any::<u64>(),
        ) {
            let (asked, jitter) = (Duration::from_millis(asked), Duration::from_millis(jitter));
            let waited = wait(asked, jitter, attempt, seed);
            prop_assert!(asked <= waited && waited <= asked + jitter, "{waited:?}");
            prop_assert_eq!(wait(asked, Duration::ZERO, attempt, seed), asked);
        }
    }

    #[test]
    fn those_who_were_told_the_same_come_back_apart() {
        let asked = Duration::from_secs(12);
        let jitter = RetryPolicy::default().retry_after_jitter;
        let early = (0..1000)
            .filter(|seed| wait(asked, jitter, 1, *seed) < asked + jitter / 2)
            .count();
        assert!((400..600).contains(&early), "{early} of 1000 in the first half");
    }

    #[test]
    fn beyond_the_longest_wait_the_caller_decides() {
        let decision = |seconds| {
            let error = limited(Duration::from_secs(seconds));
            decide(&error, Progress::Refused, Replay::Safe, 1)
        };
        assert!(matches!(decision(60), Decision::Retry(_)));
        assert_eq!(decision(61), Decision::Surface);
    }
}
