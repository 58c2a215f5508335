//! The telemetry streams that are open, and what they are told to do.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::journal::{CloseReason, JournalEvent};
use crate::quirks::SecondStream;
use crate::server::Wire;
use crate::state::Shared;
use crate::sync::lock;

/// What a stream is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Go on.
    Run,
    /// End without a closing handshake.
    Cut,
    /// End with this close code.
    Close(u16),
    /// End, because another stream takes its place.
    Replaced,
}

/// One open stream.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) id: u64,
    pub(crate) client_id: String,
    pub(crate) token: String,
    /// Sorted, without repetition.
    pub(crate) devices: Vec<String>,
    pub(crate) wire: Wire,
    pub(crate) orders: watch::Sender<Order>,
    pub(crate) sent: AtomicU64,
    pub(crate) dropped: AtomicU64,
    ended: AtomicBool,
}

impl Stream {
    /// Writes the end of this stream into the journal and frees its device set; only the first call counts.
    pub(crate) fn end(&self, shared: &Shared, reason: CloseReason) {
        if self.ended.swap(true, Ordering::AcqRel) {
            return;
        }
        let event = JournalEvent::StreamClose {
            stream: self.id,
            connection: self.wire.number(),
            devices: self.devices.clone(),
            reason,
            frames_sent: self.sent.load(Ordering::Relaxed),
            frames_dropped: self.dropped.load(Ordering::Relaxed),
        };
        // Under one lock: whoever sees the entry finds the set free, and the other way round.
        let mut open = lock(&shared.streams.open);
        shared.journal.write(shared.clock.now(), event);
        open.remove(&self.id);
    }
}

/// All open streams.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    open: Mutex<BTreeMap<u64, Arc<Stream>>>,
    last: AtomicU64,
}

impl Streams {
    /// Enters a stream, unless the client already has one that stands in its way. One that is replaced is told to end.
    pub(crate) fn enter(
        &self,
        client_id: &str,
        token: &str,
        devices: Vec<String>,
        wire: Wire,
        second: SecondStream,
    ) -> Option<Arc<Stream>> {
        let mut open = lock(&self.open);
        let shares = |other: &[String]| devices.iter().any(|device| other.binary_search(device).is_ok());
        let in_the_way = |stream: &&Arc<Stream>| {
            let same = match second {
                SecondStream::Allowed => false,
                SecondStream::RefusedOnOverlap => shares(&stream.devices),
                SecondStream::Refused | SecondStream::Replaces => stream.devices == devices,
            };
            same && stream.client_id == client_id
        };
        let mut others = open.values().filter(in_the_way);
        if second == SecondStream::Replaces {
            for stream in others {
                stream.orders.send_replace(Order::Replaced);
            }
        } else if others.next().is_some() {
            return None;
        }
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let stream = Arc::new(Stream {
            id,
            client_id: client_id.to_owned(),
            token: token.to_owned(),
            devices,
            wire,
            orders: watch::Sender::new(Order::Run),
            sent: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        });
        open.insert(id, Arc::clone(&stream));
        Some(stream)
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        lock(&self.open).len()
    }

    /// Tells every open stream the same.
    pub(crate) fn order_all(&self, order: Order) {
        for stream in lock(&self.open).values() {
            stream.orders.send_replace(order);
        }
    }

    /// Lets every open stream hear nothing any more.
    pub(crate) fn deafen_all(&self) {
        for stream in lock(&self.open).values() {
            stream.wire.deafen();
        }
    }

    /// Silences every open stream for good and returns them; the caller ends them.
    pub(crate) fn mute_all(&self) -> Vec<Arc<Stream>> {
        let open: Vec<_> = lock(&self.open).values().cloned().collect();
        for stream in &open {
            stream.wire.mute();
        }
        open
    }
}
