//! Delivery to Python callbacks, by the core's listener thread.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Instant,
};

use pyo3::{IntoPyObject, intern, prelude::*};
use tellus_core::{Batch as CoreBatch, Client, ListenerHandle, StatusEvent as CoreEvent, TelemetryListener};

use crate::{
    bridge,
    control::CoreControl,
    error::{OrRaise, inherited, sure},
    per_process::{Owned, PerProcess},
    telemetry::{Batch, Gap, StatusEvent, TextCache},
};

/// The listener threads of this process: each channel is disconnected once its thread has ended.
static THREADS: PerProcess<Mutex<Vec<mpsc::Receiver<()>>>> = PerProcess::new();

struct Listener {
    on_batch: Option<Py<PyAny>>,
    on_status: Option<Py<PyAny>>,
    on_gap: Option<Py<PyAny>>,
    texts: TextCache,
    /// Dropped with the listener when its thread ends.
    _alive: mpsc::Sender<()>,
}

impl TelemetryListener for Listener {
    fn on_batch(&self, batch: &CoreBatch) -> Result<(), String> {
        call(self.on_batch.as_ref(), || Batch::new(batch.clone(), &self.texts))
    }

    fn on_status(&self, event: &CoreEvent) -> Result<(), String> {
        call(self.on_status.as_ref(), || StatusEvent(event.clone()))
    }

    fn on_gap(&self, gap: &tellus_core::Gap) -> Result<(), String> {
        call(self.on_gap.as_ref(), || Gap(gap.clone()))
    }
}

fn call<T>(callback: Option<&Py<PyAny>>, argument: impl FnOnce() -> T) -> Result<(), String>
where
    T: for<'py> IntoPyObject<'py>,
{
    let Some(callback) = callback.filter(|_| !bridge::finalizing()) else {
        return Ok(());
    };
    Python::try_attach(|py| {
        callback.bind(py).call1((argument(),)).map(drop).map_err(|error| {
            let text = error.to_string();
            report(py, error);
            text
        })
    })
    // The interpreter is gone: nobody is left to be told.
    .unwrap_or(Ok(()))
}

/// Logs what a callback raised, with its traceback.
fn report(py: Python<'_>, error: PyErr) {
    let logged = py
        .import(intern!(py, "tellus._callbacks"))
        .and_then(|module| module.call_method1(intern!(py, "report"), (error,)));
    drop(logged);
}

/// Begins to deliver.
pub(crate) fn subscribe(
    client: &Client,
    devices: Vec<String>,
    on_batch: Option<Py<PyAny>>,
    on_status: Option<Py<PyAny>>,
    on_gap: Option<Py<PyAny>>,
) -> tellus_core::Result<CoreDelivery> {
    let (alive, ended) = mpsc::channel();
    let listener = Arc::new(Listener {
        on_batch,
        on_status,
        on_gap,
        texts: TextCache::default(),
        _alive: alive,
    });
    let handle = client.subscribe(devices, listener)?;
    let threads = sure(THREADS.get_or_make(|| Ok::<_, Infallible>(Mutex::default())));
    let mut threads = threads.lock().unwrap_or_else(PoisonError::into_inner);
    threads.retain(|thread| thread.try_recv() != Err(mpsc::TryRecvError::Disconnected));
    threads.push(ended);
    Ok(CoreDelivery(Owned::new(handle)))
}

/// Waits until `deadline` for the threads of this process. Their streams must be closed before.
pub(crate) fn shut_down(py: Python<'_>, deadline: Instant) {
    let Some(threads) = THREADS.get() else { return };
    let threads = std::mem::take(&mut *threads.lock().unwrap_or_else(PoisonError::into_inner));
    py.detach(move || {
        for thread in threads {
            let _ = thread.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        }
    });
}

/// A running delivery to callbacks. It ends with this object.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct CoreDelivery(Owned<ListenerHandle>);

#[pymethods]
impl CoreDelivery {
    /// What can be done to it.
    #[getter]
    fn control(&self, py: Python<'_>) -> PyResult<CoreControl> {
        let handle = self.0.get().ok_or_else(|| inherited("subscription")).or_raise(py)?;
        Ok(CoreControl::new(handle.control(), TextCache::default()))
    }
}
