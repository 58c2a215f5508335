//! What a stream's owner wants of a connection, on its way to the connection's task.

use std::time::Duration;

use tokio::sync::watch;

use super::moves::Input;

/// What the fleet wants of a connection. Numbers only count up: a task that was busy sees that something was wanted
/// meanwhile, however often, and nothing ever queues up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Orders {
    pub(super) paused: bool,
    /// How often it was paused.
    pub(super) pauses: u64,
    /// How often the network changed, or the machine slept.
    pub(super) wakes: u64,
    /// How long the machine slept in all.
    pub(super) slept: Duration,
    /// How often the devices changed.
    pub(super) changes: u64,
    pub(super) closed: bool,
}

impl Orders {
    /// What is new since `seen`, as the machine takes it.
    pub(super) fn since(&self, seen: &Self) -> Vec<Input> {
        if self.closed {
            return vec![Input::Close];
        }
        let mut inputs = Vec::new();
        if self.pauses != seen.pauses && !seen.paused {
            inputs.push(Input::Pause);
        }
        if self.changes != seen.changes {
            inputs.push(Input::DevicesChanged);
        }
        if self.wakes != seen.wakes {
            inputs.push(Input::Wake(self.slept.saturating_sub(seen.slept)));
        }
        if !self.paused && (seen.paused || self.pauses != seen.pauses) {
            inputs.push(Input::Resume);
        }
        inputs
    }
}

/// The orders, as soon as they differ from those seen last. A fleet that is gone wants nothing but the end.
pub(super) async fn next_orders(orders: &mut watch::Receiver<Orders>) -> Orders {
    if orders.changed().await.is_err() {
        let mut last = *orders.borrow();
        last.closed = true;
        return last;
    }
    *orders.borrow_and_update()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(orders: Orders, seen: Orders) -> Vec<&'static str> {
        let name = |input: &Input| match input {
            Input::Pause => "pause",
            Input::Resume => "resume",
            Input::Wake(_) => "wake",
            Input::DevicesChanged => "devices",
            Input::Close => "close",
            _ => "other",
        };
        orders.since(&seen).iter().map(name).collect()
    }

    #[test]
    fn orders_that_came_together_are_followed_in_an_order_that_loses_none() {
        let none = Orders::default();
        assert_eq!(names(none, none), [""; 0]);
        let paused = Orders {
            paused: true,
            pauses: 1,
            ..none
        };
        assert_eq!(names(paused, none), ["pause"]);
        assert_eq!(names(paused, paused), [""; 0]);
        let resumed = Orders { pauses: 1, ..none };
        assert_eq!(names(resumed, paused), ["resume"]);
        // Both between two looks: the socket is closed all the same.
        assert_eq!(names(resumed, none), ["pause", "resume"]);
        let again = Orders {
            paused: true,
            pauses: 2,
            ..none
        };
        assert_eq!(names(again, paused), [""; 0]);
        let all = Orders {
            pauses: 1,
            wakes: 3,
            changes: 7,
            ..none
        };
        assert_eq!(names(all, none), ["pause", "devices", "wake", "resume"]);
        assert_eq!(names(Orders { closed: true, ..all }, none), ["close"]);
    }
}
