//! A telemetry stream that is pulled.

use std::sync::Arc;

use pyo3::{IntoPyObjectExt, prelude::*};
use tellus_core::Subscription;

use crate::{
    call::Call,
    control::CoreControl,
    error::{OrRaise, inherited},
    parcel::{Parcel, Returned, Status},
    per_process::Owned,
    telemetry::TextCache,
    time,
};

struct Open {
    subscription: Arc<Subscription>,
    /// One pull at a time, so that the order is kept.
    turn: Arc<tokio::sync::Mutex<()>>,
    returned: Returned,
    /// What the last batch said about the stream.
    status: Status,
    /// The texts of the last batch.
    texts: TextCache,
}

/// The stream as `tellus.TelemetryStream` and `tellus.AsyncTelemetryStream` share it.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct CoreStream(Owned<Open>);

impl CoreStream {
    pub(crate) fn new(subscription: Subscription) -> Self {
        Self(Owned::new(Open {
            subscription: Arc::new(subscription),
            turn: Arc::default(),
            returned: Returned::default(),
            status: Status::default(),
            texts: TextCache::default(),
        }))
    }

    fn open(&self) -> tellus_core::Result<&Open> {
        self.0.get().ok_or_else(|| inherited("stream"))
    }
}

#[pymethods]
impl CoreStream {
    /// The next batch. Comes as a parcel: see there.
    #[pyo3(signature = (max_rows, max_wait=None))]
    fn next_batch(&self, py: Python<'_>, max_rows: usize, max_wait: Option<f64>) -> PyResult<Call> {
        let open = self.open().or_raise(py)?;
        let (subscription, turn) = (open.subscription.clone(), open.turn.clone());
        let (returned, status, texts) = (open.returned.clone(), open.status.clone(), open.texts.clone());
        let max_wait = max_wait
            .map(|wait| time::seconds("max_wait", wait))
            .transpose()
            .or_raise(py)?;
        Ok(Call::new(
            move || {
                Ok(async move {
                    let turn = turn.lock_owned().await;
                    let batch = match returned.pop() {
                        Some(batch) => Some(batch),
                        None => subscription.next_batch(max_rows, max_wait).await?,
                    };
                    Ok((Parcel::new(batch, returned, status, texts), turn))
                })
            },
            |py, (parcel, turn)| {
                drop(turn);
                parcel.into_py_any(py)
            },
        ))
    }

    /// What the stream is doing, as of the last batch.
    #[getter]
    fn status(&self) -> &'static str {
        match self.0.get() {
            Some(open) if open.status.get() == "failed" || !open.subscription.is_closed() => open.status.get(),
            _ => "closed",
        }
    }

    /// What can be done to it.
    #[getter]
    fn control(&self, py: Python<'_>) -> PyResult<CoreControl> {
        let open = self.open().or_raise(py)?;
        Ok(CoreControl::new(open.subscription.control(), open.texts.clone()))
    }
}
