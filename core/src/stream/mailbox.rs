//! Where frames wait for their consumer: bounded, with a policy for what happens beyond the bound.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::event::{Batch, StatusEvent};
use crate::{
    config::OverflowPolicy,
    error::{Error, Result},
    model::TelemetryFrame,
};

enum Item {
    Event(StatusEvent),
    Frame(TelemetryFrame),
}

/// How a stream ended.
#[derive(Debug, Clone)]
pub(super) enum End {
    Closed,
    Failed(Error),
}

#[derive(Default)]
struct State {
    items: VecDeque<Item>,
    rows: usize,
    end: Option<End>,
}

/// A bounded queue of frames and events between one connection and one consumer.
pub(super) struct Mailbox {
    capacity: usize,
    policy: OverflowPolicy,
    state: Mutex<State>,
    filled: Notify,
    emptied: Notify,
}

impl Mailbox {
    pub(super) fn new(capacity: usize, policy: OverflowPolicy) -> Self {
        Self {
            capacity,
            policy,
            state: Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
        }
    }

    /// Puts frames in and returns how many others were dropped for them.
    pub(super) fn push_frames(&self, frames: Vec<TelemetryFrame>) -> u64 {
        if frames.is_empty() {
            return 0;
        }
        let mut state = self.lock();
        for frame in frames {
            state.rows += rows_of(&frame);
            state.items.push_back(Item::Frame(frame));
        }
        let dropped = match self.policy {
            OverflowPolicy::DropOldest => state.drop_oldest(self.capacity),
            OverflowPolicy::Block => 0,
        };
        drop(state);
        self.filled.notify_one();
        dropped
    }

    /// Puts an event in. Events need no room: there are few, and none may be lost.
    pub(super) fn push_event(&self, event: StatusEvent) {
        self.lock().items.push_back(Item::Event(event));
        self.filled.notify_one();
    }

    /// Nothing more will come.
    pub(super) fn finish(&self, end: End) {
        self.lock().end.get_or_insert(end);
        self.filled.notify_one();
        self.emptied.notify_one();
    }

    /// Waits until there is room, where the policy asks for that. Overshoots by one read at most.
    pub(super) async fn room(&self) {
        if self.policy == OverflowPolicy::Block {
            loop {
                let emptied = self.emptied.notified();
                {
                    let state = self.lock();
                    if state.rows < self.capacity || state.end.is_some() {
                        return;
                    }
                }
                emptied.await;
            }
        }
    }

    /// Waits until something is there, and takes it. `None` after the end; an error after a failure.
    /// Nothing is lost if the caller goes away while waiting.
    pub(super) async fn take(&self, max_rows: usize) -> Result<Option<Batch>> {
        loop {
            let filled = self.filled.notified();
            if let Some(result) = self.try_take(max_rows) {
                return result;
            }
            filled.await;
        }
    }

    fn try_take(&self, max_rows: usize) -> Option<Result<Option<Batch>>> {
        let mut state = self.lock();
        if state.items.is_empty() {
            return match state.end.clone()? {
                End::Closed => {
                    // Others may wait, too: they must learn of the end as well.
                    self.filled.notify_one();
                    Some(Ok(None))
                }
                End::Failed(error) => {
                    self.filled.notify_one();
                    Some(Err(error))
                }
            };
        }
        let batch = state.take(max_rows.max(1));
        let more = !state.items.is_empty();
        drop(state);
        if more {
            self.filled.notify_one();
        }
        self.emptied.notify_one();
        Some(Ok(Some(batch)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Events at the front, then frames up to the next event: so a batch never tells of a change before frames that
    /// came earlier.
    fn take(&mut self, max_rows: usize) -> Batch {
        let mut batch = Batch::default();
        let mut rows = 0;
        while let Some(item) = self.items.pop_front() {
            match item {
                Item::Event(event) if batch.frames.is_empty() => batch.events.push(event),
                Item::Frame(frame) if rows == 0 || rows + rows_of(&frame) <= max_rows => {
                    rows += rows_of(&frame);
                    batch.frames.push(frame);
                }
                other => {
                    self.items.push_front(other);
                    break;
                }
            }
        }
        self.rows -= rows;
        batch
    }

    fn drop_oldest(&mut self, capacity: usize) -> u64 {
        let mut dropped = 0;
        let mut events = Vec::new();
        while self.rows > capacity {
            match self.items.pop_front() {
                Some(Item::Frame(frame)) => {
                    self.rows -= rows_of(&frame);
                    dropped += 1;
                }
                Some(event) => events.push(event),
                None => break,
            }
        }
        for event in events.into_iter().rev() {
            self.items.push_front(event);
        }
        dropped
    }
}

/// A frame without connectors takes room, too.
fn rows_of(frame: &TelemetryFrame) -> usize {
    frame.connectors.len().max(1)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::stream::event::StreamStatus;

    fn frame(name: &str) -> TelemetryFrame {
        TelemetryFrame {
            device_id: name.into(),
            timestamp: Timestamp::UNIX_EPOCH,
            received_at: Timestamp::UNIX_EPOCH,
            connectors: Vec::new(),
        }
    }

    fn live() -> StatusEvent {
        StatusEvent {
            at: Timestamp::UNIX_EPOCH,
            status: StreamStatus::Live,
        }
    }

    fn names(batch: &Batch) -> Vec<&str> {
        batch.frames.iter().map(|frame| frame.device_id.as_str()).collect()
    }

    #[tokio::test]
    async fn batches_keep_the_order_of_frames_and_events() {
        let mailbox = Mailbox::new(10, OverflowPolicy::DropOldest);
        mailbox.push_event(live());
        mailbox.push_frames(vec![frame("a"), frame("b")]);
        mailbox.push_event(live());
        mailbox.push_frames(vec![frame("c")]);
        mailbox.finish(End::Closed);
        let first = mailbox.take(10).await.unwrap().unwrap();
        assert_eq!((first.events.len(), names(&first)), (1, vec!["a", "b"]));
        let second = mailbox.take(10).await.unwrap().unwrap();
        assert_eq!((second.events.len(), names(&second)), (1, vec!["c"]));
        assert!(mailbox.take(10).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_slow_consumer_loses_the_oldest_frames_but_no_event() {
        let mailbox = Mailbox::new(2, OverflowPolicy::DropOldest);
        mailbox.push_event(live());
        let dropped = mailbox.push_frames(vec![frame("a"), frame("b"), frame("c")]);
        assert_eq!(dropped, 1);
        let batch = mailbox.take(10).await.unwrap().unwrap();
        assert_eq!((batch.events.len(), names(&batch)), (1, vec!["b", "c"]));
    }

    #[tokio::test]
    async fn a_full_blocking_mailbox_makes_its_writer_wait() {
        let mailbox = std::sync::Arc::new(Mailbox::new(1, OverflowPolicy::Block));
        assert_eq!(mailbox.push_frames(vec![frame("a"), frame("b")]), 0);
        let writer = tokio::spawn({
            let mailbox = mailbox.clone();
            async move { mailbox.room().await }
        });
        tokio::task::yield_now().await;
        assert!(!writer.is_finished());
        mailbox.take(10).await.unwrap();
        writer.await.unwrap();
    }

    #[tokio::test]
    async fn a_failure_comes_after_what_was_delivered_and_stays() {
        let mailbox = Mailbox::new(2, OverflowPolicy::DropOldest);
        mailbox.push_frames(vec![frame("a")]);
        mailbox.finish(End::Failed(Error::closed("stream")));
        assert!(mailbox.take(1).await.is_ok());
        assert!(mailbox.take(1).await.is_err());
        assert!(mailbox.take(1).await.is_err());
    }
}
