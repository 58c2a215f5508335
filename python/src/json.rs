//! JSON in both directions, through Python's own `json`: numbers and texts then look as Python users expect.

use pyo3::{intern, prelude::*};
use serde::Serialize;

use crate::error::bug;

/// A JSON value as dicts, lists and scalars.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(value).map_err(|error| bug(&error.to_string()))?;
    py.import(intern!(py, "json"))?
        .call_method1(intern!(py, "loads"), (text,))
}

/// Dicts, lists and scalars as JSON text.
pub(crate) fn to_text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = value.py();
    py.import(intern!(py, "json"))?
        .call_method1(intern!(py, "dumps"), (value,))?
        .extract()
}
