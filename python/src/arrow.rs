//! Frames as an Arrow table: one row for each connector reading.

use std::{collections::HashMap, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch, StructArray,
    builder::{Float64Builder, StringDictionaryBuilder, TimestampMicrosecondBuilder, UInt32Builder},
    types::Int32Type,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use pyo3::{prelude::*, types::PyCapsule};
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};
use tellus_core::model::{ConnectorState, TelemetryFrame};

use crate::error::bug;

/// The frames as an Arrow C stream of one batch. Frames without connectors make no row.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    frames: &[TelemetryFrame],
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let batch = py
        .detach(|| record_batch(frames))
        .map_err(|error| bug(&error.to_string()))?;
    let field = Arc::new(Field::new_struct("", batch.schema().fields().clone(), false));
    let array: ArrayRef = Arc::new(StructArray::from(batch));
    let reader = ArrayIterator::new([Ok(array)], field);
    Ok(to_stream_pycapsule(py, Box::new(reader), requested_schema)?)
}

fn schema() -> Schema {
    let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let time = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let in_unit = |name, unit: &str| {
        let unit = HashMap::from([("unit".to_owned(), unit.to_owned())]);
        Field::new(name, DataType::Float64, true).with_metadata(unit)
    };
    Schema::new(vec![
        Field::new("device_id", text(), false),
        Field::new("timestamp", time(), false),
        Field::new("received_at", time(), false),
        Field::new("connector_id", DataType::UInt32, true),
        Field::new("state", text(), true),
        in_unit("power", "kW"),
        in_unit("energy_delivered", "kWh"),
        in_unit("soc", "%"),
    ])
}

fn record_batch(frames: &[TelemetryFrame]) -> Result<RecordBatch, ArrowError> {
    let mut device_id = StringDictionaryBuilder::<Int32Type>::new();
    let mut timestamp = TimestampMicrosecondBuilder::new().with_timezone("UTC");
    let mut received_at = TimestampMicrosecondBuilder::new().with_timezone("UTC");
    let mut connector_id = UInt32Builder::new();
    let mut state = StringDictionaryBuilder::<Int32Type>::new();
    let (mut power, mut energy, mut soc) = (Float64Builder::new(), Float64Builder::new(), Float64Builder::new());
    for frame in frames {
        for reading in &frame.connectors {
            device_id.append(&frame.device_id)?;
            timestamp.append_value(frame.timestamp.as_microsecond());
            received_at.append_value(frame.received_at.as_microsecond());
            connector_id.append_option(reading.connector_id);
            state.append_option(reading.state.as_ref().map(ConnectorState::as_str));
            power.append_option(reading.power);
            energy.append_option(reading.energy_delivered);
            soc.append_option(reading.soc);
        }
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(device_id.finish()),
        Arc::new(timestamp.finish()),
        Arc::new(received_at.finish()),
        Arc::new(connector_id.finish()),
        Arc::new(state.finish()),
        Arc::new(power.finish()),
        Arc::new(energy.finish()),
        Arc::new(soc.finish()),
    ];
    RecordBatch::try_new(Arc::new(schema()), columns)
}
