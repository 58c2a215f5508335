//! The control of a stream, however it delivers.

use std::collections::HashMap;

use pyo3::prelude::*;

use crate::{
    convert::ToPython,
    error::{OrRaise, inherited},
    per_process::Owned,
    telemetry::{Batch, TextCache},
};

struct Parts {
    control: tellus_core::StreamControl,
    /// The texts of the last frames.
    texts: TextCache,
}

/// The control as both kinds of stream and `tellus.Subscription` share it. It does not keep the stream open.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct CoreControl(Owned<Parts>);

impl CoreControl {
    pub(crate) fn new(control: tellus_core::StreamControl, texts: TextCache) -> Self {
        Self(Owned::new(Parts { control, texts }))
    }

    fn open(&self, py: Python<'_>) -> PyResult<&tellus_core::StreamControl> {
        let parts = self.0.get().ok_or_else(|| inherited("stream")).or_raise(py)?;
        Ok(&parts.control)
    }
}

#[pymethods]
impl CoreControl {
    fn add(&self, py: Python<'_>, devices: Vec<String>) -> PyResult<()> {
        self.open(py)?.add(devices).or_raise(py)
    }

    fn remove(&self, py: Python<'_>, devices: Vec<String>) -> PyResult<()> {
        self.open(py)?.remove(devices);
        Ok(())
    }

    fn pause(&self, py: Python<'_>) -> PyResult<()> {
        self.open(py)?.pause();
        Ok(())
    }

    fn resume(&self, py: Python<'_>) -> PyResult<()> {
        self.open(py)?.resume();
        Ok(())
    }

    fn network_changed(&self, py: Python<'_>) -> PyResult<()> {
        self.open(py)?.network_changed();
        Ok(())
    }

    #[getter]
    fn connections(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.open(py)?.connections())
    }

    /// The newest reading of every connector.
    fn snapshot(&self, py: Python<'_>) -> PyResult<Batch> {
        let parts = self.0.get().ok_or_else(|| inherited("stream")).or_raise(py)?;
        Ok(Batch::of_frames(parts.control.snapshot(), &parts.texts))
    }

    /// All gaps that are known.
    fn gaps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.open(py)?.gaps().to_python(py)
    }

    /// How many frames of which device were dropped.
    fn drops(&self, py: Python<'_>) -> PyResult<HashMap<String, u64>> {
        Ok(self.open(py)?.drops())
    }

    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.open(py)?.stats().to_python(py)
    }

    #[getter]
    fn devices(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.open(py)?.devices())
    }

    #[getter]
    fn closed(&self) -> bool {
        self.0.get().is_none_or(|parts| parts.control.is_closed())
    }

    /// Ends the stream; what has arrived can still be pulled, or is still delivered. In a forked child it does nothing.
    fn close(&self) {
        if let Some(parts) = self.0.get() {
            parts.control.close();
        }
    }
}
