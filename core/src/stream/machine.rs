//! What comes after a lost or refused connection: pure, no I/O.

use std::time::Duration;

use rand::Rng;

use crate::{
    config::StreamConfig,
    error::{Error, ErrorKind},
};

/// What to do next.
#[derive(Debug)]
pub(super) enum Next {
    /// Get a new token and connect at once: the old one was refused.
    Refresh,
    /// Wait, then connect.
    Wait(Duration),
    /// Give up: trying again cannot help.
    Fail,
}

/// Counts attempts and decides.
#[derive(Debug)]
pub(super) struct Machine {
    config: StreamConfig,
    /// Attempts since frames last flowed steadily.
    attempt: u32,
    /// A fresh token was already tried since then.
    refreshed: bool,
    /// A connection has stood before.
    was_live: bool,
    live_since: Option<Duration>,
    last_frame: Option<Duration>,
}

impl Machine {
    pub(super) fn new(config: StreamConfig) -> Self {
        Self {
            config,
            attempt: 0,
            refreshed: false,
            was_live: false,
            live_since: None,
            last_frame: None,
        }
    }

    /// The connection stands.
    pub(super) fn connected(&mut self, now: Duration) {
        self.was_live = true;
        self.refreshed = false;
        self.live_since = Some(now);
        self.last_frame = None;
    }

    /// Frames arrived.
    pub(super) fn frames(&mut self, now: Duration) {
        self.last_frame = Some(now);
    }

    /// The connection was lost, or never came to be, with this error.
    pub(super) fn lost(&mut self, error: &Error, rng: &mut impl Rng) -> Next {
        // A platform that accepts and drops at once must not be dialled fast: the count starts anew only after frames
        // have flowed for a while, not with the handshake.
        if let (Some(since), Some(last)) = (self.live_since.take(), self.last_frame.take())
            && last.saturating_sub(since) >= self.config.stable_after
        {
            self.attempt = 0;
        }
        match error.kind() {
            ErrorKind::Authentication if error.http_status() == Some(401) && !self.refreshed => {
                self.refreshed = true;
                Next::Refresh
            }
            ErrorKind::Authentication
            | ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::InvalidRequest
            | ErrorKind::Closed => Next::Fail,
            // A wrong key, or a proxy that wants other credentials. A conflict is not retryable either, yet passes.
            ErrorKind::Connection if !error.retryable() => Next::Fail,
            _ if !self.was_live && self.attempt + 1 >= self.config.first_attempts => Next::Fail,
            // What is left is a broken or refused connection, or a second connection for the same devices, which is
            // waited out.
            _ => {
                let jittered = self.config.backoff.delay(self.attempt, rng);
                self.attempt = self.attempt.saturating_add(1);
                Next::Wait(jittered + error.retry_after().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn lost(machine: &mut Machine, kind: ErrorKind, status: Option<u16>) -> Next {
        let error = Error::new(kind, "x");
        let error = match status {
            Some(status) => error.with_http_status(status),
            None => error,
        };
        machine.lost(&error, &mut StdRng::seed_from_u64(1))
    }

    fn machine() -> Machine {
        Machine::new(StreamConfig::default())
    }

    #[test]
    fn a_refused_token_is_renewed_once_until_a_connection_stands() {
        let mut machine = machine();
        let refused = |machine: &mut Machine| lost(machine, ErrorKind::Authentication, Some(401));
        assert!(matches!(refused(&mut machine), Next::Refresh));
        assert!(matches!(refused(&mut machine), Next::Fail));
        let mut machine = super::tests::machine();
        assert!(matches!(refused(&mut machine), Next::Refresh));
        machine.connected(Duration::ZERO);
        assert!(matches!(refused(&mut machine), Next::Refresh));
    }

    #[test]
    fn missing_rights_and_unknown_devices_are_final_and_a_refused_second_connection_is_not() {
        for kind in [
            ErrorKind::PermissionDenied,
            ErrorKind::NotFound,
            ErrorKind::InvalidRequest,
        ] {
            assert!(matches!(lost(&mut machine(), kind, Some(400)), Next::Fail), "{kind}");
        }
        for kind in [
            ErrorKind::Conflict,
            ErrorKind::RateLimited,
            ErrorKind::Server,
            ErrorKind::Connection,
        ] {
            assert!(matches!(lost(&mut machine(), kind, None), Next::Wait(_)), "{kind}");
        }
    }

    #[test]
    fn the_first_connection_is_tried_a_few_times_and_a_live_stream_for_ever() {
        let mut machine = machine();
        let tries = (0..100)
            .take_while(|_| matches!(lost(&mut machine, ErrorKind::Connection, None), Next::Wait(_)))
            .count();
        assert_eq!(tries, 4, "five attempts have four waits between them");
        let mut machine = super::tests::machine();
        machine.connected(Duration::ZERO);
        assert!((0..100).all(|_| matches!(lost(&mut machine, ErrorKind::Connection, None), Next::Wait(_))));
    }

    #[test]
    fn the_count_starts_anew_only_after_frames_have_flowed_for_a_while() {
        let mut machine = machine();
        for _ in 0..3 {
            machine.connected(Duration::ZERO);
            machine.frames(Duration::from_secs(1));
            lost(&mut machine, ErrorKind::Connection, None);
        }
        assert_eq!(machine.attempt, 3);
        machine.connected(Duration::ZERO);
        machine.frames(Duration::from_secs(31));
        lost(&mut machine, ErrorKind::Connection, None);
        assert_eq!(machine.attempt, 1);
    }
}
