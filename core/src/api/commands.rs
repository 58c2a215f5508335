//! What becomes of a command.

use std::{fmt, time::Duration};

use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
    model::{CommandState, CommandStatus},
    policy::quota::QuotaClass,
    runtime,
    transport::{Request, check_segment},
};

/// The first look comes after this long; each further one waits half as long again …
const FIRST_LOOK: Duration = Duration::from_secs(1);
/// … up to this, since each costs one of sixty reads in a minute.
const LAST_LOOK: Duration = Duration::from_secs(5);
/// Looks leave this many reads of the minute to everybody else.
const RESERVE: u32 = 10;

/// A command that is being followed: a state each time it changes.
pub struct FollowedCommand {
    client: Client,
    command_id: String,
    deadline: Duration,
    pause: Duration,
    seen: Option<CommandState>,
}

impl Client {
    /// What has become of a command (`GET /operator/commands/{command_id}`).
    pub async fn command_status(&self, command_id: &str) -> Result<CommandStatus> {
        check_segment("command_id", command_id)?;
        self.send(Request::get(["operator", "commands", command_id])).await
    }

    /// Follows a command until it is final, for `patience` at most. `Completed` may mean that the charge has ended, not
    /// that it has begun: `Accepted`, and telemetry, tell that it runs.
    pub fn follow_command(&self, command_id: &str, patience: Duration) -> Result<FollowedCommand> {
        check_segment("command_id", command_id)?;
        Ok(FollowedCommand {
            client: self.clone(),
            command_id: command_id.to_owned(),
            deadline: self.config().clock.monotonic() + patience,
            pause: Duration::ZERO,
            seen: None,
        })
    }
}

impl FollowedCommand {
    /// The next state that differs from the last one; `None` after a final one. When the patience is over, a
    /// `Timeout`: the command itself is not taken back by that.
    ///
    /// Dropping the future while it waits loses nothing.
    pub async fn next(&mut self) -> Result<Option<CommandStatus>> {
        if self.seen.as_ref().is_some_and(CommandState::is_final) {
            return Ok(None);
        }
        let clock = self.client.config().clock.clone();
        loop {
            let mut pause = self.pause;
            if self.client.quota_left(QuotaClass::Query) < RESERVE {
                pause = pause.max(LAST_LOOK);
            }
            let left = self.deadline.saturating_sub(clock.monotonic());
            if left.is_zero() {
                return Err(self.out_of_patience());
            }
            let sleep = clock.clone();
            let pause = pause.min(left);
            runtime::run(true, async move {
                sleep.sleep(pause).await;
                Ok(())
            })
            .await?;
            let status = self.client.command_status(&self.command_id).await?;
            self.pause = if self.pause.is_zero() {
                FIRST_LOOK
            } else {
                self.pause.mul_f64(1.5).min(LAST_LOOK)
            };
            if self.seen.as_ref() != Some(&status.status) {
                self.seen = Some(status.status.clone());
                return Ok(Some(status));
            }
        }
    }

    fn out_of_patience(&self) -> Error {
        let state = self.seen.as_ref().map_or("unknown", CommandState::as_str);
        Error::new(
            ErrorKind::Timeout,
            format!(
                "command {} is still {state}; it is not taken back by that, and may yet be carried out",
                self.command_id
            ),
        )
    }
}

impl fmt::Debug for FollowedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FollowedCommand")
            .field("command_id", &self.command_id)
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}
