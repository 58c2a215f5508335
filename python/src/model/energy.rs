//! Energy, summed over spans of time.

use pyo3::{prelude::*, types::PyCapsule};
use tellus_core::model;

use crate::{
    arrow,
    table::{Table, has_rows},
};

super::model! {
    /// Energy over time. Also an Arrow table with one row for each point.
    EnergySeries(model::EnergySeries) extends Table {
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
    }
}

has_rows!(EnergySeries);

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

/// Series of neighbouring spans, oldest first, as one.
#[pyfunction]
pub(crate) fn join_energy(parts: Vec<PyRef<'_, EnergySeries>>) -> EnergySeries {
    let mut parts = parts.iter().map(|part| &part.0);
    let mut whole = parts.next().cloned().unwrap_or_else(|| model::EnergySeries {
        granularity: None,
        start_time: None,
        end_time: None,
        series: Vec::new(),
        total: None,
    });
    for part in parts {
        whole.end_time = part.end_time;
        whole.series.extend(part.series.iter().cloned());
        whole.total = match (whole.total, &part.total) {
            (Some(total), Some(more)) => Some(model::EnergyTotal {
                charge_energy: sum(total.charge_energy, more.charge_energy),
                discharge_energy: sum(total.discharge_energy, more.discharge_energy),
                max_power: [total.max_power, more.max_power].into_iter().flatten().reduce(f64::max),
            }),
            // A sum of a part would look like one of the whole.
            _ => None,
        };
    }
    EnergySeries(whole)
}

fn sum(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(one? + other?)
}
