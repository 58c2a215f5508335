//! One call of the core, for synchronous and asynchronous callers alike: `wait()` blocks, `await` does not.

use std::{
    future::Future,
    pin::Pin,
    sync::{Mutex, PoisonError, mpsc},
    time::Duration,
};

use pyo3::{exceptions::PyRuntimeError, intern, prelude::*, sync::PyOnceLock};
use tellus_core::{Result, runtime};

use crate::{error, logging, port};

/// How long a waiting thread goes without a look at Python's signals: Ctrl-C acts within this time.
const SIGNAL_POLL: Duration = Duration::from_millis(50);

/// Turns a result into a Python object or raises; runs on a thread that Python knows.
pub(crate) type Finish = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;
/// The work itself; runs on the core's runtime and never touches Python.
type Work = Pin<Box<dyn Future<Output = Finish> + Send>>;
type Start = Box<dyn FnOnce() -> Result<Work> + Send>;

/// A call that is ready to go. Nothing happens before `wait()` or `await`, and either may be used once.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct Call(Mutex<Option<Start>>);

impl Call {
    /// A call. `start` makes the work, `convert` its result's Python form.
    pub(crate) fn new<T, F>(
        start: impl FnOnce() -> Result<F> + Send + 'static,
        convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Self
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        Self(Mutex::new(Some(Box::new(move || {
            let work = start()?;
            Ok(Box::pin(async move {
                let result = work.await;
                let finish: Finish = Box::new(move |py| match result {
                    Ok(value) => convert(py, value),
                    Err(error) => Err(error::to_python(py, &error)),
                });
                finish
            }))
        }))))
    }

    fn start(&self, py: Python<'_>) -> PyResult<Work> {
        logging::refresh_level(py);
        let start = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let start = start.ok_or_else(|| PyRuntimeError::new_err("this call was already made"))?;
        start().map_err(|error| error::to_python(py, &error))
    }
}

#[pymethods]
impl Call {
    /// Makes the call and waits for its result. Other threads run meanwhile, and Ctrl-C ends the wait.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let work = self.start(py)?;
        let (sender, mut receiver) = mpsc::channel();
        let task = runtime::spawn(async move {
            // The caller may be gone: then the result goes back to where it came from.
            let _ = sender.send(work.await);
        });
        loop {
            let (back, received) = py.detach(move || {
                let received = receiver.recv_timeout(SIGNAL_POLL);
                (receiver, received)
            });
            receiver = back;
            match received {
                Ok(finish) => return finish(py),
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    if let Err(interrupt) = py.check_signals() {
                        task.abort();
                        return Err(interrupt);
                    }
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(error::bug("the call was lost")),
            }
        }
    }

    /// Makes the call for the running event loop. Cancelling the future stops a read.
    fn __await__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        static RUNNING: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let event_loop = &RUNNING.import(py, "asyncio", "get_running_loop")?.call0()?;
        let work = self.start(py)?;
        port::run(event_loop, work)?.call_method0(intern!(py, "__await__"))
    }
}
