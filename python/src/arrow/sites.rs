//! Sites: one row for each.

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{
    ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array,
    builder::{MapBuilder, StringBuilder, UInt32Builder},
};
use arrow_schema::{ArrowError, DataType, Field};
use jiff::Timestamp;
use tellus_core::model::{Location, Site};

use super::{batch, in_unit, time};

/// Sites as a batch.
pub(crate) fn sites(sites: &[Site]) -> Result<RecordBatch, ArrowError> {
    let numbers =
        |of: &dyn Fn(&Site) -> Option<f64>| -> ArrayRef { Arc::new(sites.iter().map(of).collect::<Float64Array>()) };
    let place = |of: fn(&Location) -> f64| numbers(&move |site| site.location.as_ref().map(of));
    let created = sites.iter().map(|site| site.created_at.map(Timestamp::as_microsecond));
    let summary = summaries(sites)?;
    batch(vec![
        (
            Field::new("site_id", DataType::Utf8, false),
            Arc::new(StringArray::from_iter_values(sites.iter().map(|site| &site.site_id))),
        ),
        (
            Field::new("name", DataType::Utf8, false),
            Arc::new(StringArray::from_iter_values(sites.iter().map(|site| &site.name))),
        ),
        (
            Field::new("address", DataType::Utf8, true),
            Arc::new(
                sites
                    .iter()
                    .map(|site| site.address.as_deref())
                    .collect::<StringArray>(),
            ),
        ),
        (in_unit("latitude", "°"), place(|location| location.lat)),
        (in_unit("longitude", "°"), place(|location| location.lng)),
        (
            Field::new("total_connectors", DataType::UInt32, true),
            Arc::new(sites.iter().map(|site| site.total_connectors).collect::<UInt32Array>()),
        ),
        (Field::new("status_summary", summary.data_type().clone(), true), summary),
        (in_unit("power_capacity", "kW"), numbers(&|site| site.power_capacity)),
        (
            time("created_at"),
            Arc::new(created.collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
        ),
    ])
}

/// Numbers of connectors by state, the states in alphabetical order.
fn summaries(sites: &[Site]) -> Result<ArrayRef, ArrowError> {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), UInt32Builder::new());
    for site in sites {
        let counts: BTreeMap<_, _> = site.status_summary.iter().flatten().collect();
        for (state, count) in counts {
            maps.keys().append_value(state);
            maps.values().append_value(*count);
        }
        maps.append(site.status_summary.is_some())?;
    }
    Ok(Arc::new(maps.finish()))
}
