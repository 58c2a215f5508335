//! Plain values of the core as Python objects, as plain data, and as text.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use pyo3::{IntoPyObjectExt, prelude::*, types::PyList};
use tellus_core::{
    DeviceSource,
    model::{CommandState, ConnectorState, DeviceStatus, FrameSource},
};

use crate::{json, time};

/// A value that Python can be given.
pub(crate) trait ToPython {
    /// As users meet it in an attribute.
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;

    /// The same for a value that nobody needs any more.
    fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>
    where
        Self: Sized,
    {
        self.to_python(py)
    }

    /// As `to_dict()` gives it: models become dicts.
    fn to_plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_python(py)
    }

    /// As `repr()` shows it, with its unit.
    fn show(&self, unit: &str) -> String;
}

fn with_unit(value: impl std::fmt::Display, unit: &str) -> String {
    match unit {
        "" => value.to_string(),
        "°" => format!("{value}°"),
        _ => format!("{value} {unit}"),
    }
}

/// As Python writes a text.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl ToPython for $type {
            fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                self.into_bound_py_any(py)
            }
            fn show(&self, unit: &str) -> String {
                with_unit(self, unit)
            }
        }
    )*};
}
number!(u32, u64, f64);

impl ToPython for bool {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.into_bound_py_any(py)
    }
    fn show(&self, _: &str) -> String {
        if *self { "True" } else { "False" }.to_owned()
    }
}

macro_rules! text {
    ($($type:ty => $as_str:expr),*) => {$(
        impl ToPython for $type {
            fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let as_str: fn(&$type) -> &str = $as_str;
                as_str(self).into_bound_py_any(py)
            }
            fn show(&self, _: &str) -> String {
                let as_str: fn(&$type) -> &str = $as_str;
                quoted(as_str(self))
            }
        }
    )*};
}
text!(
    String => |text| text,
    ConnectorState => |state| state.as_str(),
    DeviceStatus => |status| status.as_str(),
    CommandState => |state| state.as_str(),
    DeviceSource => |source| match source {
        DeviceSource::Configured => "configured",
        DeviceSource::ChargingRecords => "charging_records",
    },
    FrameSource => |source| match source {
        FrameSource::Stream => "stream",
        FrameSource::Call => "call",
    }
);

/// Whatever the platform sends without a schema.
impl ToPython for serde_json::Value {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::to_python(py, self)
    }
    fn show(&self, _: &str) -> String {
        self.to_string()
    }
}

impl ToPython for Timestamp {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::to_datetime(py, *self)
    }
    fn show(&self, _: &str) -> String {
        // No finer than what Python gets to see.
        Self::from_microsecond(self.as_microsecond()).map_or_else(|_| self.to_string(), |cut| cut.to_string())
    }
}

impl<T: ToPython> ToPython for Option<T> {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Some(value) => value.to_python(py),
            None => Ok(py.None().into_bound(py)),
        }
    }
    fn to_plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Some(value) => value.to_plain(py),
            None => Ok(py.None().into_bound(py)),
        }
    }
    fn show(&self, unit: &str) -> String {
        self.as_ref()
            .map_or_else(|| "None".to_owned(), |value| value.show(unit))
    }
}

impl<T: ToPython> ToPython for Vec<T> {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        list(py, self.iter().map(|item| item.to_python(py)))
    }
    fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        list(py, self.into_iter().map(|item| item.into_python(py)))
    }
    fn to_plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        list(py, self.iter().map(|item| item.to_plain(py)))
    }
    fn show(&self, unit: &str) -> String {
        let items: Vec<_> = self.iter().map(|item| item.show(unit)).collect();
        format!("[{}]", items.join(", "))
    }
}

fn list<'py>(py: Python<'py>, items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>) -> PyResult<Bound<'py, PyAny>> {
    let items: Vec<_> = items.collect::<PyResult<_>>()?;
    PyList::new(py, items).map(Bound::into_any)
}

/// Counts by name, in alphabetical order: the platform's order says nothing.
impl ToPython for HashMap<String, u32> {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let sorted: BTreeMap<_, _> = self.iter().collect();
        sorted.into_bound_py_any(py)
    }
    fn show(&self, _: &str) -> String {
        let sorted: BTreeMap<_, _> = self.iter().collect();
        let items: Vec<_> = sorted
            .iter()
            .map(|(name, count)| format!("{}: {count}", quoted(name)))
            .collect();
        format!("{{{}}}", items.join(", "))
    }
}
