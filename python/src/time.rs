//! Points in time and spans of it.

use std::time::Duration;

use jiff::{Timestamp, tz::Offset};
use pyo3::{
    prelude::*,
    types::{PyDateTime, PyTzInfo},
};
use tellus_core::{Error, Result};

/// An aware `datetime` in UTC. Python keeps microseconds; anything finer is cut off.
pub(crate) fn to_datetime(py: Python<'_>, timestamp: Timestamp) -> PyResult<Bound<'_, PyDateTime>> {
    let utc = Offset::UTC.to_datetime(timestamp);
    let small = |value: i8| u8::try_from(value).unwrap_or_default();
    PyDateTime::new(
        py,
        utc.year().into(),
        small(utc.month()),
        small(utc.day()),
        small(utc.hour()),
        small(utc.minute()),
        small(utc.second()),
        u32::try_from(utc.subsec_nanosecond() / 1000).unwrap_or_default(),
        Some(&*PyTzInfo::utc(py)?),
    )
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
