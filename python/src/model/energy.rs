//! Energy, summed over spans of time.

use pyo3::{prelude::*, types::PyCapsule};
use tellus_core::model;

use crate::{arrow, frames};

super::model! {
    /// Energy over time. Also an Arrow table with one row for each point.
    EnergySeries(model::EnergySeries) {
        /// The width of the spans, as the platform names it.
        granularity,
        /// The beginning of the whole, in UTC.
        start_time,
        /// The end of the whole, in UTC.
        end_time,
        /// The spans. Whether empty ones are sent is not specified.
        points from series,
        /// The sums over the whole.
        total,
    }
    {
        fn __len__(&self) -> usize {
            self.0.series.len()
        }

        /// One row for each point, as an Arrow stream.
        #[pyo3(signature = (requested_schema=None))]
        fn __arrow_c_stream__<'py>(
            &self,
            py: Python<'py>,
            requested_schema: Option<Bound<'py, PyCapsule>>,
        ) -> PyResult<Bound<'py, PyCapsule>> {
            arrow::stream(py, || Ok(vec![arrow::energy(&self.0.series)?]), requested_schema)
        }

        /// A `pyarrow.Table` with one row for each point.
        fn to_arrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
            frames::convert(slf, "to_arrow")
        }

        /// A `pandas.DataFrame` with one row for each point.
        fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
            frames::convert(slf, "to_pandas")
        }

        /// A `polars.DataFrame` with one row for each point.
        fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
            frames::convert(slf, "to_polars")
        }
    }
}

super::model! {
    /// One span.
    EnergyPoint(model::EnergyPoint) {
        /// The platform's label, e.g. `2025-03-15` or `2025-03`: a text, since its zone is not specified.
        time,
        /// Energy into vehicles, in kWh.
        charge_energy "kWh",
        /// Energy out of vehicles (V2G), in kWh; positive.
        discharge_energy "kWh",
        /// Peak power, in kW.
        max_power "kW",
        /// Mean power, in kW.
        avg_power "kW",
    }
}

super::model! {
    /// The sums over all spans.
    EnergyTotal(model::EnergyTotal) {
        /// Energy into vehicles, in kWh.
        charge_energy "kWh",
        /// Energy out of vehicles, in kWh; positive.
        discharge_energy "kWh",
        /// Peak power, in kW.
        max_power "kW",
    }
}
