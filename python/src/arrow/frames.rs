//! Telemetry: one row for each connector reading.

use std::sync::Arc;

use arrow_array::{
    RecordBatch,
    builder::{Float64Builder, StringDictionaryBuilder, TimestampMicrosecondBuilder, UInt32Builder},
    types::Int32Type,
};
use arrow_schema::{ArrowError, DataType, Field};
use tellus_core::model::{ConnectorState, TelemetryFrame};

use super::{always, batch, dictionary, in_unit, time};

/// Frames as a batch. Frames without connectors make no row.
pub(crate) fn frames(frames: &[TelemetryFrame]) -> Result<RecordBatch, ArrowError> {
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
    batch(vec![
        (always(dictionary("device_id")), Arc::new(device_id.finish())),
        (always(time("timestamp")), Arc::new(timestamp.finish())),
        (always(time("received_at")), Arc::new(received_at.finish())),
        (
            Field::new("connector_id", DataType::UInt32, true),
            Arc::new(connector_id.finish()),
        ),
        (dictionary("state"), Arc::new(state.finish())),
        (in_unit("power", "kW"), Arc::new(power.finish())),
        (in_unit("energy_delivered", "kWh"), Arc::new(energy.finish())),
        (in_unit("soc", "%"), Arc::new(soc.finish())),
    ])
}
