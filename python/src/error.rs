//! The core's error as the exception class of its kind.

use std::convert::Infallible;

use pyo3::{
    IntoPyObjectExt,
    exceptions::PyRuntimeError,
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyModule},
};
use tellus_core::Error;

use crate::json;

static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The exception for an error of the core: a leaf of `tellus.errors`, with everything that is known about it.
pub(crate) fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    build(py, error).map_or_else(|failed| failed, PyErr::from_value)
}

fn build<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let module = ERRORS.get_or_try_init(py, || py.import("tellus.errors").map(Bound::unbind))?;
    let class = module.bind(py).getattr(error.kind().name())?;
    let fields = PyDict::new(py);
    fields.set_item(intern!(py, "text"), error.to_string())?;
    fields.set_item(intern!(py, "code"), error.code())?;
    fields.set_item(intern!(py, "http_status"), error.http_status())?;
    fields.set_item(intern!(py, "retryable"), error.retryable())?;
    fields.set_item(
        intern!(py, "retry_after"),
        error.retry_after().map(|wait| wait.as_secs_f64()),
    )?;
    fields.set_item(intern!(py, "request_id"), error.request_id())?;
    fields.set_item(intern!(py, "attempts"), error.attempts())?;
    fields.set_item(intern!(py, "details"), json::to_python(py, error.details())?)?;
    class.call((error.reason(),), Some(&fields))
}

/// Results of the core as results of Python.
pub(crate) trait OrRaise<T> {
    /// The value, or the exception for the error.
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for Result<T, Error> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| to_python(py, &error))
    }
}

/// The exception for something that cannot happen.
pub(crate) fn bug(what: &str) -> PyErr {
    PyRuntimeError::new_err(format!("{what}; please report this bug of the SDK"))
}

/// `None` as a Python object.
pub(crate) fn none(py: Python<'_>) -> PyResult<Py<PyAny>> {
    py.None().into_py_any(py)
}

/// The error for objects that a forked child has inherited.
pub(crate) fn inherited(what: &str) -> Error {
    Error::new(
        tellus_core::ErrorKind::Closed,
        format!("the {what} was opened before this process was forked; open a new one in this process"),
    )
}

/// Calls that cannot fail.
pub(crate) fn sure<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
