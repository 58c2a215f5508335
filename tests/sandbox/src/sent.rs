//! Which frames were sent on which stream, for tests that hold them against what arrived.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;

use crate::sync::lock;

/// One frame. It is noted before it is sent, so that whoever has received it finds it here; a frame that was sent twice
/// is noted once, and one whose text was spoilt is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentFrame {
    /// The device: its place in [`Sandbox::device_ids`](crate::Sandbox::device_ids).
    pub device: u32,
    /// The time in the frame (ms since 1970).
    pub millis: i64,
}

impl SentFrame {
    /// The time in the frame.
    pub fn time(&self) -> Timestamp {
        Timestamp::from_millisecond(self.millis).unwrap_or_default()
    }
}

/// The frames of one stream, in the order in which they were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFrames {
    /// Number of the stream, as in the journal.
    pub stream: u64,
    /// The frames.
    pub frames: Vec<SentFrame>,
}

/// The frames of all streams; `None` where nobody wants to know.
#[derive(Debug)]
pub(crate) struct Sent(Option<Mutex<BTreeMap<u64, Vec<SentFrame>>>>);

impl Sent {
    pub(crate) fn new(wanted: bool) -> Self {
        Self(wanted.then(Mutex::default))
    }

    /// Notes a frame of the charger with this index.
    pub(crate) fn record(&self, stream: u64, device: usize, millis: i64) {
        if let Some(streams) = &self.0 {
            let device = u32::try_from(device).unwrap_or(u32::MAX);
            let frame = SentFrame { device, millis };
            lock(streams).entry(stream).or_default().push(frame);
        }
    }

    /// All frames.
    pub(crate) fn list(&self) -> Vec<SentFrames> {
        self.0
            .as_ref()
            .map_or_else(Vec::new, |streams| named(lock(streams).clone()))
    }

    /// All frames, which are then forgotten.
    pub(crate) fn take(&self) -> Vec<SentFrames> {
        self.0
            .as_ref()
            .map_or_else(Vec::new, |streams| named(std::mem::take(&mut *lock(streams))))
    }
}

fn named(streams: BTreeMap<u64, Vec<SentFrame>>) -> Vec<SentFrames> {
    streams
        .into_iter()
        .map(|(stream, frames)| SentFrames { stream, frames })
        .collect()
}
