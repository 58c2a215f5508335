//! A frame and its readings, one at a time. They look into the columns of their batch.

use std::sync::Arc;

use jiff::Timestamp;
use pyo3::{
    prelude::*,
    types::{PyDict, PyList, PyString},
};
use tellus_core::{
    columns::{CONNECTOR, ENERGY, POWER, READING, RESYNC, SOC, STATE},
    model::{self, ConnectorState},
};

use super::rows::Rows;
use crate::{convert::ToPython, model::fields, time};

fields! {
    model::TelemetryFrame as "TelemetryFrame" { device_id, timestamp, received_at, source, connectors }
}

fields! {
    model::ConnectorReading as "ConnectorReading" {
        connector_id, state, power "kW", energy_delivered "kWh", soc "%"
    }
}

/// What a charger reported at one moment.
#[pyclass(frozen, module = "tellus")]
pub(crate) struct TelemetryFrame {
    rows: Arc<Rows>,
    first: usize,
    end: usize,
}

impl TelemetryFrame {
    /// All frames of a batch.
    pub(crate) fn list<'py>(py: Python<'py>, rows: &Arc<Rows>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        let mut first = 0;
        while first < rows.columns().len() {
            let end = rows.columns().frame_end(first);
            list.append(Bound::new(
                py,
                Self {
                    rows: rows.clone(),
                    first,
                    end,
                },
            )?)?;
            first = end;
        }
        Ok(list)
    }

    fn record(&self) -> model::TelemetryFrame {
        let (columns, names) = (self.rows.columns(), self.rows.names());
        let moment = |microseconds| Timestamp::from_microsecond(microseconds).unwrap_or_default();
        model::TelemetryFrame {
            device_id: names.device(columns.device[self.first]).to_owned(),
            timestamp: moment(columns.timestamp[self.first]),
            received_at: moment(columns.received_at[self.first]),
            source: match columns.flags[self.first] & RESYNC {
                0 => model::FrameSource::Stream,
                _ => model::FrameSource::Call,
            },
            connectors: self.readings().map(|reading| reading.record()).collect(),
        }
    }

    fn readings(&self) -> impl Iterator<Item = ConnectorReading> {
        let rows = &self.rows;
        let told = (self.first..self.end).filter(|row| rows.columns().flags[*row] & READING != 0);
        told.map(|row| ConnectorReading {
            rows: rows.clone(),
            row,
        })
    }
}

#[pymethods]
impl TelemetryFrame {
    /// Which charger.
    #[getter]
    fn device_id<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.rows.device_id(py, self.first)
    }

    /// The charger's own time of the reading, in UTC.
    #[getter]
    fn timestamp<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::from_micros(py, self.rows.columns().timestamp[self.first])
    }

    /// When the SDK received it, by this machine's clock, in UTC.
    #[getter]
    fn received_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::from_micros(py, self.rows.columns().received_at[self.first])
    }

    /// Where it comes from: `stream`, or `call` if the SDK asked for the device's state after a gap.
    #[getter]
    fn source(&self) -> &'static str {
        match self.rows.columns().flags[self.first] & RESYNC {
            0 => "stream",
            _ => "call",
        }
    }

    /// A reading for each connector that the frame names; may be empty.
    #[getter]
    fn connectors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for reading in self.readings() {
            list.append(Bound::new(py, reading)?)?;
        }
        Ok(list)
    }

    /// The same as a dict; models inside become dicts, too.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        Ok(self.record().to_plain(py)?.cast_into()?)
    }

    fn __repr__(&self) -> String {
        self.record().show("")
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.record() == other.record()
    }
}

/// What one connector reported. The platform may leave out any of it.
#[pyclass(frozen, module = "tellus")]
pub(crate) struct ConnectorReading {
    rows: Arc<Rows>,
    row: usize,
}

impl ConnectorReading {
    fn told<T>(&self, flag: u8, column: &[T]) -> Option<T>
    where
        T: Copy,
    {
        (self.rows.columns().flags[self.row] & flag != 0).then(|| column[self.row])
    }

    fn record(&self) -> model::ConnectorReading {
        let columns = self.rows.columns();
        let state = self.told(STATE, &columns.state);
        model::ConnectorReading {
            connector_id: self.connector_id(),
            state: state.map(|code| ConnectorState::from(self.rows.names().state(code))),
            power: self.power(),
            energy_delivered: self.energy_delivered(),
            soc: self.soc(),
        }
    }
}

#[pymethods]
impl ConnectorReading {
    /// Number of the connector, from 1.
    #[getter]
    fn connector_id(&self) -> Option<u32> {
        self.told(CONNECTOR, &self.rows.columns().connector)
    }

    /// What it is doing: `idle`, `charging`, `discharging`, `fault`, `unavailable` or another text.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyString>> {
        (self.rows.columns().flags[self.row] & STATE != 0).then(|| self.rows.state(py, self.row))
    }

    /// Power in kW, negative while discharging.
    #[getter]
    fn power(&self) -> Option<f64> {
        self.told(POWER, &self.rows.columns().power)
    }

    /// Energy of the present session in kWh.
    #[getter]
    fn energy_delivered(&self) -> Option<f64> {
        self.told(ENERGY, &self.rows.columns().energy_delivered)
    }

    /// The vehicle's state of charge in %.
    #[getter]
    fn soc(&self) -> Option<f64> {
        self.told(SOC, &self.rows.columns().soc)
    }

    /// The same as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        Ok(self.record().to_plain(py)?.cast_into()?)
    }

    fn __repr__(&self) -> String {
        self.record().show("")
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.record() == other.record()
    }
}
