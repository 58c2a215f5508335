//! Wakes whoever waits for something to happen: a command that was queued, or a clock that was moved.

use jiff::Timestamp;
use tokio::sync::watch;

use crate::clock::Clock;

/// Rung when there may be news.
#[derive(Debug, Default)]
pub(crate) struct Bell(watch::Sender<u64>);

impl Bell {
    /// Wakes everybody who waits.
    pub(crate) fn ring(&self) {
        self.0.send_modify(|rings| *rings = rings.wrapping_add(1));
    }

    /// How many are waiting.
    pub(crate) fn waiting(&self) -> usize {
        self.0.receiver_count()
    }

    /// Asks `look` again whenever the bell rings, until it finds something or the clock shows `deadline`.
    pub(crate) async fn wait<T>(
        &self,
        clock: &Clock,
        deadline: Timestamp,
        mut look: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        // Followed before the first look, so that no ring is lost in between.
        let mut rings = self.0.subscribe();
        loop {
            if let Some(found) = look() {
                return Some(found);
            }
            let left = deadline.duration_since(clock.now()).unsigned_abs();
            if deadline <= clock.now() {
                return None;
            }
            tokio::select! {
                // The sender lives as long as the sandbox.
                _ = rings.changed() => {}
                () = tokio::time::sleep(left) => {}
            }
        }
    }
}
