//! When a device was not observed.

use tellus_core::GapCause;

use crate::{arrow, convert::ToPython};
use pyo3::{IntoPyObjectExt, prelude::*, types::PyCapsule};

crate::model::model! {
    /// An interval in which a device was not observed: from the last frame that was delivered to the next one. What
    /// happened meanwhile is not known: the platform has no replay.
    Gap(tellus_core::Gap) {
        /// Which charger.
        device_id,
        /// Why: `connecting`, `reconnect`, `stale`, `dropped`, `paused` or `failed`.
        cause,
        /// When it was noticed, by this machine's clock, in UTC.
        opened_at,
        /// The last frame delivered before it: its time by both clocks; `None` if there was none.
        last,
        /// The first frame delivered after it; `None` while the gap is open.
        next,
        /// When it ended, by this machine's clock, in UTC; `None` while it is open.
        closed_at,
        /// How many frames arrived and were dropped.
        dropped,
        /// Whether a reading taken by a call, and not by the stream, ended it.
        resynced,
    }
}

crate::model::model! {
    /// A frame's place in time, by both clocks.
    Observed(tellus_core::Observed) {
        /// The charger's own time of the reading, in UTC.
        timestamp,
        /// When the SDK received it, by this machine's clock, in UTC.
        received_at,
    }
}

impl ToPython for GapCause {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.name().into_bound_py_any(py)
    }

    fn show(&self, _: &str) -> String {
        format!("{:?}", self.name())
    }
}

/// Gaps as an Arrow stream.
#[pyfunction]
#[pyo3(signature = (gaps, requested_schema=None))]
pub(crate) fn gap_stream<'py>(
    py: Python<'py>,
    gaps: Vec<PyRef<'py, Gap>>,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let gaps: Vec<&tellus_core::Gap> = gaps.iter().map(|gap| &gap.0).collect();
    arrow::stream(py, || Ok(vec![arrow::gaps(&gaps)?]), requested_schema)
}
