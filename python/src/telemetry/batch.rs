//! What arrived since the last look: frames, and changes of the stream's state.

use std::sync::Arc;

use pyo3::{
    exceptions::PyValueError,
    intern,
    prelude::*,
    types::{PyCapsule, PyDict, PyList},
};
use tellus_core::{StatusEvent as CoreEvent, StreamStatus};

use super::{
    frame::TelemetryFrame,
    rows::{Rows, TextCache},
};
use crate::{
    arrow,
    convert::ToPython,
    error,
    table::{Table, has_rows},
    time,
};

/// Frames in the order of arrival, and what happened to the stream before them. `len()` counts frames.
#[pyclass(frozen, extends = Table, module = "tellus")]
pub(crate) struct Batch {
    events: Vec<CoreEvent>,
    gaps: Vec<tellus_core::Gap>,
    rows: Arc<Rows>,
}

impl Batch {
    pub(crate) fn new(batch: tellus_core::Batch, cache: &TextCache) -> Self {
        Self {
            events: batch.events,
            gaps: batch.gaps,
            rows: Rows::new(batch.frames, cache),
        }
    }

    /// Frames alone.
    pub(crate) fn of_frames(frames: tellus_core::Frames, cache: &TextCache) -> Self {
        Self {
            events: Vec::new(),
            gaps: Vec::new(),
            rows: Rows::new(frames, cache),
        }
    }
}

has_rows!(Batch);

#[pymethods]
impl Batch {
    /// The frames.
    #[getter]
    fn frames<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        TelemetryFrame::list(py, &self.rows)
    }

    /// Changes of the stream's state; they came before the frames.
    #[getter]
    fn events(&self) -> Vec<StatusEvent> {
        self.events.iter().cloned().map(StatusEvent).collect()
    }

    /// Gaps that opened, before the frames, and gaps that these frames ended.
    #[getter]
    fn gaps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.gaps.to_python(py)
    }

    fn __len__(&self) -> usize {
        self.rows.frames()
    }

    fn __repr__(&self) -> String {
        format!(
            "Batch(frames={}, events={}, gaps={})",
            self.rows.frames(),
            self.events.len(),
            self.gaps.len()
        )
    }

    /// Telemetry as it was recorded: rows of the same charger and times that follow each other are a frame.
    #[staticmethod]
    fn from_arrow(py: Python<'_>, rows: pyo3_arrow::PyTable) -> PyResult<Self> {
        let (batches, _) = rows.into_inner();
        let (columns, names) = py
            .detach(|| arrow::recorded(&batches))
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self {
            events: Vec::new(),
            gaps: Vec::new(),
            rows: Rows::recorded(columns, names),
        })
    }

    /// One row for each connector reading, as an Arrow stream.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::stream(py, || Ok(vec![arrow::frames(&self.rows)?]), requested_schema)
    }
}

/// A change of what a stream is doing.
#[pyclass(frozen, module = "tellus")]
pub(crate) struct StatusEvent(pub(crate) CoreEvent);

impl StatusEvent {
    fn seconds(&self) -> Option<f64> {
        match &self.0.status {
            StreamStatus::Waiting { retry_in, .. } => Some(retry_in.as_secs_f64()),
            _ => None,
        }
    }
}

#[pymethods]
impl StatusEvent {
    /// When it changed, by this machine's clock, in UTC.
    #[getter]
    fn at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::to_datetime(py, self.0.at)
    }

    /// Which of the stream's connections, counted from 0. A stream of few devices has one only.
    #[getter]
    fn connection(&self) -> u32 {
        self.0.connection
    }

    /// What it does from then on: `connecting`, `live`, `waiting`, `paused`, `closed` or `failed`.
    #[getter]
    fn status(&self) -> &'static str {
        self.0.status.name()
    }

    /// Seconds until the next try, while `waiting`.
    #[getter]
    fn retry_in(&self) -> Option<f64> {
        self.seconds()
    }

    /// Why the stream is `waiting` or has `failed`.
    #[getter]
    fn error(&self, py: Python<'_>) -> Option<PyErr> {
        self.0.status.error().map(|error| error::to_python(py, error))
    }

    /// The same as a dict; the error as text.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item(intern!(py, "at"), self.at(py)?)?;
        dict.set_item(intern!(py, "connection"), self.connection())?;
        dict.set_item(intern!(py, "status"), self.status())?;
        dict.set_item(intern!(py, "retry_in"), self.seconds())?;
        dict.set_item(
            intern!(py, "error"),
            self.0.status.error().map(|error| error.to_string()),
        )?;
        Ok(dict)
    }

    fn __eq__(&self, other: &Self) -> bool {
        let text = |event: &Self| event.0.status.error().map(|error| error.to_string());
        self.0.at == other.0.at
            && self.connection() == other.connection()
            && self.status() == other.status()
            && text(self) == text(other)
    }

    fn __repr__(&self) -> String {
        let mut shown = format!("StatusEvent(at={}, status={:?}", self.0.at, self.status());
        if let Some(wait) = self.seconds() {
            shown.push_str(&format!(", retry_in={wait:.1} s"));
        }
        if let Some(error) = self.0.status.error() {
            shown.push_str(&format!(", error={:?}", error.to_string()));
        }
        shown + ")"
    }
}
