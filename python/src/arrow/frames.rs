//! Telemetry: one row for each connector reading. The core's columns become Arrow's without being copied.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, DictionaryArray, PrimitiveArray, RecordBatch,
    types::{
        ArrowDictionaryKeyType, ArrowPrimitiveType, Float64Type, Int8Type, Int32Type, TimestampMicrosecondType,
        UInt32Type,
    },
};
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer, ToByteSlice};
use arrow_schema::{ArrowError, DataType, Field};
use bytes::Bytes;
use tellus_core::columns::{CONNECTOR, Columns, ENERGY, POWER, READING, SOC, STATE};

use super::{always, batch, dictionary, in_unit, time};
use crate::telemetry::Rows;

/// Frames as a batch. Frames without connectors make no row.
pub(crate) fn frames(rows: &Arc<Rows>) -> Result<RecordBatch, ArrowError> {
    let columns = rows.columns();
    let readings = Set::of(columns, READING);
    if matches!(readings, Set::All) {
        let share = |pick| {
            Bytes::from_owner(Shared {
                rows: rows.clone(),
                pick,
            })
        };
        return table(rows, |pick| Buffer::from(share(pick)), columns);
    }
    let mut kept = Columns::default();
    (0..columns.len())
        .filter(|row| columns.flags[*row] & READING != 0)
        .for_each(|row| kept.push(columns.row(row)));
    table(rows, |pick| Buffer::from(pick(&kept)), &kept)
}

/// The bytes of one column.
type Pick = fn(&Columns) -> &[u8];

/// Keeps a batch alive for as long as one of its columns is looked at.
struct Shared {
    rows: Arc<Rows>,
    pick: Pick,
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        (self.pick)(self.rows.columns())
    }
}

fn table(rows: &Rows, bytes: impl Fn(Pick) -> Buffer, columns: &Columns) -> Result<RecordBatch, ArrowError> {
    let len = columns.len();
    let told = |flag| Set::of(columns, flag).nulls();
    let float = |flag, pick: Pick| number::<Float64Type>(bytes(pick), len, told(flag));
    let when = |pick: Pick| {
        let times = PrimitiveArray::<TimestampMicrosecondType>::new(ScalarBuffer::new(bytes(pick), 0, len), None);
        Arc::new(times.with_timezone("UTC")) as ArrayRef
    };
    batch(vec![
        (
            always(dictionary("device_id", DataType::Int32)),
            coded::<Int32Type>(
                bytes(|all| all.device.to_byte_slice()),
                len,
                None,
                rows.texts.device_values(),
            )?,
        ),
        (always(time("timestamp")), when(|all| all.timestamp.to_byte_slice())),
        (always(time("received_at")), when(|all| all.received_at.to_byte_slice())),
        (
            Field::new("connector_id", DataType::UInt32, true),
            number::<UInt32Type>(bytes(|all| all.connector.to_byte_slice()), len, told(CONNECTOR)),
        ),
        (
            dictionary("state", DataType::Int8),
            coded::<Int8Type>(bytes(|all| &all.state), len, told(STATE), rows.texts.state_values())?,
        ),
        (in_unit("power", "kW"), float(POWER, |all| all.power.to_byte_slice())),
        (
            in_unit("energy_delivered", "kWh"),
            float(ENERGY, |all| all.energy_delivered.to_byte_slice()),
        ),
        (in_unit("soc", "%"), float(SOC, |all| all.soc.to_byte_slice())),
    ])
}

fn number<T: ArrowPrimitiveType>(bytes: Buffer, len: usize, nulls: Option<NullBuffer>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::new(bytes, 0, len), nulls))
}

/// Codes with the texts behind them. The core's codes are unsigned; none is so large that its sign would change.
fn coded<T: ArrowDictionaryKeyType>(
    bytes: Buffer,
    len: usize,
    nulls: Option<NullBuffer>,
    values: ArrayRef,
) -> Result<ArrayRef, ArrowError> {
    let keys = PrimitiveArray::<T>::new(ScalarBuffer::new(bytes, 0, len), nulls);
    Ok(Arc::new(DictionaryArray::try_new(keys, values)?))
}

/// In which rows a flag is set.
enum Set<'a> {
    All,
    Some(&'a [u8], u8),
}

impl<'a> Set<'a> {
    fn of(columns: &'a Columns, flag: u8) -> Self {
        let all = columns.flags.iter().fold(flag, |all, flags| all & flags);
        if all == flag {
            Self::All
        } else {
            Self::Some(&columns.flags, flag)
        }
    }

    fn nulls(&self) -> Option<NullBuffer> {
        match self {
            Self::All => None,
            Self::Some(flags, flag) => Some(flags.iter().map(|flags| flags & flag != 0).collect()),
        }
    }
}
