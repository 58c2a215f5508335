//! Charging records: one row for each session.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, RecordBatch, StringArray,
    builder::{StringDictionaryBuilder, TimestampMicrosecondBuilder},
    types::{Float64Type, Int32Type, UInt32Type},
};
use arrow_schema::{ArrowError, DataType, Field};
use jiff::Timestamp;
use tellus_core::model::ChargingRecord;

use super::{always, batch, dictionary, in_unit, time};

/// Records as a batch.
pub(crate) fn records(records: &[ChargingRecord]) -> Result<RecordBatch, ArrowError> {
    let mut device_id = StringDictionaryBuilder::<Int32Type>::new();
    let mut start_time = TimestampMicrosecondBuilder::new().with_timezone("UTC");
    let mut end_time = TimestampMicrosecondBuilder::new().with_timezone("UTC");
    for record in records {
        device_id.append(&record.device_id)?;
        start_time.append_value(record.start_time.as_microsecond());
        end_time.append_option(record.end_time.map(Timestamp::as_microsecond));
    }
    let ids = StringArray::from_iter_values(records.iter().map(|record| &record.record_id));
    let connectors = records.iter().map(|record| record.connector_id);
    let numbers = |of: fn(&ChargingRecord) -> Option<f64>| -> ArrayRef {
        let values = records.iter().map(of);
        Arc::new(arrow_array::PrimitiveArray::<Float64Type>::from_iter(values))
    };
    batch(vec![
        // Every id occurs once: a dictionary would only cost.
        (Field::new("record_id", DataType::Utf8, false), Arc::new(ids)),
        (
            always(dictionary("device_id", DataType::Int32)),
            Arc::new(device_id.finish()),
        ),
        (
            Field::new("connector_id", DataType::UInt32, false),
            Arc::new(arrow_array::PrimitiveArray::<UInt32Type>::from_iter_values(connectors)),
        ),
        (always(time("start_time")), Arc::new(start_time.finish())),
        (time("end_time"), Arc::new(end_time.finish())),
        (always(in_unit("energy", "kWh")), numbers(|record| Some(record.energy))),
        (in_unit("max_power", "kW"), numbers(|record| record.max_power)),
        (in_unit("avg_power", "kW"), numbers(|record| record.avg_power)),
        (
            Field::new("cost", DataType::Float64, true),
            numbers(|record| record.cost),
        ),
        (in_unit("meter_start", "kWh"), numbers(|record| record.meter_start)),
        (in_unit("meter_end", "kWh"), numbers(|record| record.meter_end)),
    ])
}
