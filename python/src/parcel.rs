//! A batch on its way to the caller, which comes back if nobody takes it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use pyo3::prelude::*;
use tellus_core::{Batch as CoreBatch, StatusEvent};

use crate::telemetry::{Batch, TextCache};

/// Batches that were pulled and then not taken. The next pull gets them first.
#[derive(Clone, Default)]
pub(crate) struct Returned(Arc<Mutex<VecDeque<CoreBatch>>>);

impl Returned {
    /// The oldest one.
    pub(crate) fn pop(&self) -> Option<CoreBatch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn push(&self, batch: CoreBatch) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_front(batch);
    }
}

/// What the batches that were taken said about the connections of their stream.
#[derive(Clone, Default)]
pub(crate) struct Status(Arc<Mutex<BTreeMap<u32, &'static str>>>);

impl Status {
    /// What the stream is doing: trouble of one connection counts more than the well-being of others.
    pub(crate) fn get(&self) -> &'static str {
        let connections = self.lock();
        ["waiting", "connecting", "live", "paused", "failed", "closed"]
            .into_iter()
            .find(|name| connections.values().any(|doing| doing == name))
            .unwrap_or("connecting")
    }

    fn note(&self, event: &StatusEvent) {
        self.lock().insert(event.connection, event.status.name());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, &'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch that was pulled. An event loop may cancel a task after its result has come and before the task has seen it:
/// such a parcel is dropped unopened, and the batch goes back to its stream.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct Parcel {
    batch: Mutex<Option<CoreBatch>>,
    returned: Returned,
    status: Status,
    texts: TextCache,
}

impl Parcel {
    pub(crate) fn new(batch: Option<CoreBatch>, returned: Returned, status: Status, texts: TextCache) -> Self {
        Self {
            batch: Mutex::new(batch),
            returned,
            status,
            texts,
        }
    }

    fn take(&self) -> Option<CoreBatch> {
        self.batch.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[pymethods]
impl Parcel {
    /// The batch. An empty one means that the time is up, `None` that the stream has ended.
    fn open(&self) -> Option<Batch> {
        let batch = self.take()?;
        batch.events.iter().for_each(|event| self.status.note(event));
        Some(Batch::new(batch, &self.texts))
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        if let Some(batch) = self.take().filter(|batch| !batch.is_empty()) {
            self.returned.push(batch);
        }
    }
}
