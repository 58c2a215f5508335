//! A result on its way into an event loop.

use std::sync::{Mutex, PoisonError};

use pyo3::{intern, prelude::*};

use crate::call::Finish;

/// Puts a result into its future. Called by the event loop, in the event loop's thread.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct Delivery {
    future: Py<PyAny>,
    finish: Mutex<Option<Finish>>,
}

impl Delivery {
    pub(crate) fn new(future: Py<PyAny>, finish: Finish) -> Self {
        Self {
            future,
            finish: Mutex::new(Some(finish)),
        }
    }
}

#[pymethods]
impl Delivery {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        let finish = self.finish.lock().unwrap_or_else(PoisonError::into_inner).take();
        let future = self.future.bind(py);
        let Some(finish) = finish else { return Ok(()) };
        if future.call_method0(intern!(py, "done"))?.is_truthy()? {
            // Cancelled meanwhile. What the result holds goes back to where it came from.
            return Ok(());
        }
        match finish(py) {
            Ok(value) => future.call_method1(intern!(py, "set_result"), (value,))?,
            Err(error) => future.call_method1(intern!(py, "set_exception"), (error.into_value(py),))?,
        };
        Ok(())
    }
}
