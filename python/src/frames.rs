//! Tables of other libraries, made by `tellus._frames`.

use pyo3::{PyClass, intern, prelude::*};

/// `table` as what this function of `tellus._frames` makes of it.
pub(crate) fn convert<'py, T: PyClass>(table: &Bound<'py, T>, function: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = table.py();
    py.import(intern!(py, "tellus._frames"))?
        .call_method1(function, (table,))
}
