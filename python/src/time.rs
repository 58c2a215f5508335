//! Points in time and spans of it.

use std::time::Duration;

use jiff::{Timestamp, tz::Offset};
use pyo3::{
    exceptions::PyTypeError,
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyDateTime, PyDelta, PyType, PyTzInfo},
};
use tellus_core::{Error, Result};

use crate::error::OrRaise;

static DATETIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// An aware `datetime` in UTC. Python keeps microseconds; anything finer is cut off.
pub(crate) fn to_datetime(py: Python<'_>, timestamp: Timestamp) -> PyResult<Bound<'_, PyAny>> {
    let utc = Offset::UTC.to_datetime(timestamp);
    let [year_high, year_low] = utc.year().to_be_bytes();
    let [_, high, middle, low] = (utc.subsec_nanosecond() / 1000).to_be_bytes();
    let [month, day, hour, minute, second] =
        [utc.month(), utc.day(), utc.hour(), utc.minute(), utc.second()].map(i8::cast_unsigned);
    // The form that a pickled datetime has. Eight arguments would take Python longer than all else that is done for a record.
    let state = [year_high, year_low, month, day, hour, minute, second, high, middle, low];
    DATETIME
        .import(py, "datetime", "datetime")?
        .call1((PyBytes::new(py, &state), PyTzInfo::utc(py)?))
}

/// The same from microseconds since 1970.
pub(crate) fn from_micros(py: Python<'_>, microseconds: i64) -> PyResult<Bound<'_, PyAny>> {
    let timestamp = Timestamp::from_microsecond(microseconds).unwrap_or_default();
    to_datetime(py, timestamp).map(Bound::into_any)
}

/// A span given in seconds; `field` is named if it cannot be one.
pub(crate) fn seconds(field: &str, value: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(value).map_err(|_| {
        Error::invalid(
            field,
            format_args!("must be a number of seconds from 0 on, not {value}"),
        )
    })
}

/// A span given in seconds or as a `timedelta`.
pub(crate) fn span(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let py = value.py();
    let number = if value.is_instance_of::<PyDelta>() {
        value.call_method0(intern!(py, "total_seconds"))?.extract()?
    } else {
        let wrong = |_| PyTypeError::new_err(format!("{field} must be seconds or a timedelta"));
        value.extract::<f64>().map_err(wrong)?
    };
    seconds(field, number).or_raise(py)
}

/// A moment given as an aware `datetime`. A naive one is refused: which zone it means, only its writer knows.
pub(crate) fn moment(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Timestamp> {
    let py = value.py();
    if !value.is_instance_of::<PyDateTime>() {
        return Err(PyTypeError::new_err(format!("{field} must be a datetime")));
    }
    if value.call_method0(intern!(py, "utcoffset"))?.is_none() {
        let hint = format!(
            "has no time zone ({}); make it aware, e.g. {field}.replace(tzinfo=datetime.timezone.utc) if it means UTC, or \
             {field}.astimezone() if it means this machine's zone",
            value.str()?
        );
        return Err(Error::invalid(field, hint)).or_raise(py);
    }
    let text: String = value.call_method0(intern!(py, "isoformat"))?.extract()?;
    text.parse()
        .map_err(|error| Error::invalid(field, format_args!("{text}: {error}")))
        .or_raise(py)
}
