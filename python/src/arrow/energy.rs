//! Energy over time: one row for each span.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field};
use tellus_core::model::EnergyPoint;

use super::{batch, in_unit};

/// Points as a batch. Their times stay the platform's labels, whose zone is not specified.
pub(crate) fn energy(points: &[EnergyPoint]) -> Result<RecordBatch, ArrowError> {
    let times: StringArray = points.iter().map(|point| point.time.as_deref()).collect();
    let numbers =
        |of: fn(&EnergyPoint) -> Option<f64>| -> ArrayRef { Arc::new(points.iter().map(of).collect::<Float64Array>()) };
    batch(vec![
        (Field::new("time", DataType::Utf8, true), Arc::new(times)),
        (in_unit("charge_energy", "kWh"), numbers(|point| point.charge_energy)),
        (
            in_unit("discharge_energy", "kWh"),
            numbers(|point| point.discharge_energy),
        ),
        (in_unit("max_power", "kW"), numbers(|point| point.max_power)),
        (in_unit("avg_power", "kW"), numbers(|point| point.avg_power)),
    ])
}
