//! Gaps: one row for each interval in which a device was not observed.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, RecordBatch, TimestampMicrosecondArray, UInt64Array,
    builder::StringDictionaryBuilder,
    types::{Int8Type, Int32Type},
};
use arrow_schema::{ArrowError, DataType, Field};
use jiff::Timestamp;
use tellus_core::{Gap, Observed};

use super::{always, batch, dictionary, time};

/// Gaps as a batch.
pub(crate) fn gaps(gaps: &[&Gap]) -> Result<RecordBatch, ArrowError> {
    let mut device_id = StringDictionaryBuilder::<Int32Type>::new();
    let mut cause = StringDictionaryBuilder::<Int8Type>::new();
    for gap in gaps {
        device_id.append(&gap.device_id)?;
        cause.append(gap.cause.name())?;
    }
    let times = |of: &dyn Fn(&Gap) -> Option<Timestamp>| -> ArrayRef {
        let micros = gaps.iter().map(|gap| of(gap).map(Timestamp::as_microsecond));
        Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    };
    let (timestamp, received_at) = (|seen: &Observed| seen.timestamp, |seen: &Observed| seen.received_at);
    batch(vec![
        (
            always(dictionary("device_id", DataType::Int32)),
            Arc::new(device_id.finish()),
        ),
        (always(dictionary("cause", DataType::Int8)), Arc::new(cause.finish())),
        (always(time("opened_at")), times(&|gap| Some(gap.opened_at))),
        (time("closed_at"), times(&|gap| gap.closed_at)),
        (time("last_timestamp"), times(&|gap| gap.last.as_ref().map(timestamp))),
        (
            time("last_received_at"),
            times(&|gap| gap.last.as_ref().map(received_at)),
        ),
        (time("next_timestamp"), times(&|gap| gap.next.as_ref().map(timestamp))),
        (
            time("next_received_at"),
            times(&|gap| gap.next.as_ref().map(received_at)),
        ),
        (
            Field::new("dropped", DataType::UInt64, false),
            Arc::new(UInt64Array::from_iter_values(gaps.iter().map(|gap| gap.dropped))),
        ),
        (
            Field::new("resynced", DataType::Boolean, false),
            Arc::new(gaps.iter().map(|gap| Some(gap.resynced)).collect::<BooleanArray>()),
        ),
    ])
}
