//! Tables of the core's data for Arrow: UTC times in µs, ids and states as dictionaries, numbers with their unit in the
//! field's metadata under `unit`.

mod energy;
mod frames;
mod gaps;
mod recorded;
mod records;
mod sites;

use std::{collections::HashMap, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use pyo3::{prelude::*, types::PyCapsule};
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};

pub(crate) use energy::energy;
pub(crate) use frames::frames;
pub(crate) use gaps::gaps;
pub(crate) use recorded::recorded;
pub(crate) use records::records;
pub(crate) use sites::sites;

use crate::error::bug;

/// What a table is made of: at least one batch, which tells the schema.
type Batches = Result<Vec<RecordBatch>, ArrowError>;

/// The batches as an Arrow C stream. They are made without holding up other threads of Python.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    batches: impl FnOnce() -> Batches + Send,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let batches = py.detach(batches).map_err(|error| bug(&error.to_string()))?;
    let schema = batches.first().ok_or_else(|| bug("a table without a batch"))?.schema();
    let field = Arc::new(Field::new_struct("", schema.fields().clone(), false));
    let arrays: Vec<Result<ArrayRef, ArrowError>> = batches
        .into_iter()
        .map(|batch| Ok(Arc::new(StructArray::from(batch)) as ArrayRef))
        .collect();
    let reader = ArrayIterator::new(arrays, field);
    Ok(to_stream_pycapsule(py, Box::new(reader), requested_schema)?)
}

/// A batch of these columns.
fn batch(columns: Vec<(Field, ArrayRef)>) -> Result<RecordBatch, ArrowError> {
    let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

fn dictionary(name: &str, codes: DataType) -> Field {
    let kind = DataType::Dictionary(Box::new(codes), Box::new(DataType::Utf8));
    Field::new(name, kind, true)
}

fn time(name: &str) -> Field {
    Field::new(
        name,
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        true,
    )
}

fn in_unit(name: &str, unit: &str) -> Field {
    let unit = HashMap::from([("unit".to_owned(), unit.to_owned())]);
    Field::new(name, DataType::Float64, true).with_metadata(unit)
}

/// The same field where every row has a value.
fn always(field: Field) -> Field {
    field.with_nullable(false)
}
