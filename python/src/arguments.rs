//! Arguments as the core wants them, refused by name where they cannot be.

use pyo3::{
    FromPyObject,
    exceptions::{PyOverflowError, PyTypeError},
    prelude::*,
};
use tellus_core::{Error, check_connector};

use crate::error::OrRaise;

/// A whole number. One that is too large or too small raises `InvalidRequest`, not `OverflowError`.
pub(crate) fn whole<'py, T>(field: &str, range: &str, value: &Bound<'py, PyAny>) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
{
    let py = value.py();
    value.extract::<T>().map_err(|error| {
        if error.is_instance_of::<PyOverflowError>(py) {
            let refused = Error::invalid(field, format_args!("must lie in {range}, not {value}"));
            return Err::<(), _>(refused).or_raise(py).err().unwrap_or(error);
        }
        PyTypeError::new_err(format!("{field} must be a whole number, not {}", value.get_type()))
    })
}

/// A whole share in %.
pub(crate) fn percent(field: &str, value: &Bound<'_, PyAny>) -> PyResult<u8> {
    whole(field, "0..=100 %", value)
}

/// Number of a connector.
pub(crate) fn connector(value: &Bound<'_, PyAny>) -> PyResult<u32> {
    whole("connector_id", "1..", value)
}

/// Number of the connector that a command is for, checked together with its charger as the core will do.
pub(crate) fn place(device_id: &str, connector_id: &Bound<'_, PyAny>) -> PyResult<u32> {
    let number = connector(connector_id)?;
    check_connector(device_id, number).or_raise(connector_id.py())?;
    Ok(number)
}

/// Number of entries in a page.
pub(crate) fn page_size(value: &Bound<'_, PyAny>) -> PyResult<u32> {
    whole("page_size", "1..=100", value)
}

/// An argument that may be absent.
pub(crate) fn maybe<'py, T>(
    field: &str,
    value: Option<&Bound<'py, PyAny>>,
    read: impl FnOnce(&str, &Bound<'py, PyAny>) -> PyResult<T>,
) -> PyResult<Option<T>> {
    value.map(|value| read(field, value)).transpose()
}

/// One of the words that `known` lists.
pub(crate) fn word<T: Copy>(py: Python<'_>, field: &str, known: &[(&str, T)], text: &str) -> PyResult<T> {
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    let names = || known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    found
        .ok_or_else(|| Error::invalid(field, format_args!("must be one of {}, not {text:?}", names())))
        .or_raise(py)
}
