//! Whether a failed attempt may be repeated, and after how long. Only the transport waits.

use std::time::Duration;

use rand::Rng;

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
    /// A `Retry-After` longer than this is not waited out: the error, with the value, goes to the caller.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 5,
            backoff: Backoff::default(),
            max_retry_after: Duration::from_secs(60),
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
        let jittered = self.backoff.delay(attempt - 1, rng);
        match error.retry_after() {
            Some(floor) if floor > self.max_retry_after => Decision::Surface,
            // The jitter comes on top: everybody who was told "12 s" would else come back together.
            Some(floor) => Decision::Retry(floor + jittered.min(Duration::from_secs(1))),
            None => Decision::Retry(jittered),
        }
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn retry_after_is_a_floor_and_beyond_the_cap_the_caller_decides() {
        let limited = |seconds| {
            Error::new(ErrorKind::RateLimited, "slow down").with_retry_after(Some(Duration::from_secs(seconds)))
        };
        match decide(&limited(12), Progress::Refused, Replay::Safe, 1) {
            Decision::Retry(wait) => {
                assert!(wait >= Duration::from_secs(12) && wait <= Duration::from_secs(13));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(
            decide(&limited(61), Progress::Refused, Replay::Safe, 1),
            Decision::Surface
        );
    }
}
