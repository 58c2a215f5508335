//! Telemetry on its way back: from a table as [`super::frames`] makes it to the core's columns.

use std::{collections::HashMap, sync::Arc};

use arrow_array::{
    Array, PrimitiveArray, RecordBatch,
    cast::AsArray,
    types::{
        ArrowDictionaryKeyType, ArrowPrimitiveType, Float64Type, Int8Type, Int32Type, TimestampMicrosecondType,
        UInt32Type,
    },
};
use arrow_buffer::ArrowNativeType;
use arrow_schema::ArrowError;
use tellus_core::{
    Names, Texts,
    columns::{CONNECTOR, Columns, ENERGY, FIRST, POWER, READING, Row, SOC, STATE},
};

/// The rows of these batches, and the texts behind their codes.
pub(crate) fn recorded(batches: &[RecordBatch]) -> Result<(Columns, Names), ArrowError> {
    let (mut devices, mut states) = (Codes::default(), Codes::default());
    let mut columns = Columns::default();
    for batch in batches {
        let device = devices.of::<Int32Type>(batch, "device_id")?;
        let state = states.of::<Int8Type>(batch, "state")?;
        let timestamp = numbers::<TimestampMicrosecondType>(batch, "timestamp")?;
        let received_at = numbers::<TimestampMicrosecondType>(batch, "received_at")?;
        let connector = numbers::<UInt32Type>(batch, "connector_id")?;
        let power = numbers::<Float64Type>(batch, "power")?;
        let energy = numbers::<Float64Type>(batch, "energy_delivered")?;
        let soc = numbers::<Float64Type>(batch, "soc")?;
        for index in 0..batch.num_rows() {
            let told = |flag, is_there| if is_there { flag } else { 0 };
            let mut row = Row {
                device: device[index].unwrap_or_default(),
                timestamp: timestamp.value(index),
                received_at: received_at.value(index),
                connector: value(connector, index),
                state: state[index]
                    .and_then(|code| u8::try_from(code).ok())
                    .unwrap_or_default(),
                power: value(power, index),
                energy_delivered: value(energy, index),
                soc: value(soc, index),
                flags: READING
                    | told(CONNECTOR, connector.is_valid(index))
                    | told(STATE, state[index].is_some())
                    | told(POWER, power.is_valid(index))
                    | told(ENERGY, energy.is_valid(index))
                    | told(SOC, soc.is_valid(index)),
            };
            if !goes_on(&columns, &row) {
                row.flags |= FIRST;
            }
            columns.push(row);
        }
    }
    let names = Names {
        devices: devices.texts(),
        states: states.texts(),
    };
    Ok((columns, names))
}

/// Whether the row belongs to the frame of the last one.
fn goes_on(columns: &Columns, row: &Row) -> bool {
    let place = (row.device, row.timestamp, row.received_at);
    columns.len().checked_sub(1).is_some_and(|last| {
        let before = (columns.device[last], columns.timestamp[last], columns.received_at[last]);
        before == place
    })
}

fn value<T: ArrowPrimitiveType>(numbers: &PrimitiveArray<T>, index: usize) -> T::Native {
    if numbers.is_valid(index) {
        numbers.value(index)
    } else {
        T::Native::default()
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array, ArrowError> {
    let found = batch.column_by_name(name);
    found.map(|column| &**column).ok_or_else(|| wrong(name))
}

fn numbers<'a, T: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> Result<&'a PrimitiveArray<T>, ArrowError> {
    column(batch, name)?.as_primitive_opt().ok_or_else(|| wrong(name))
}

fn wrong(name: &str) -> ArrowError {
    ArrowError::SchemaError(format!("no telemetry: the column {name} is missing or of another type"))
}

/// Texts with one code each, over many batches.
#[derive(Default)]
struct Codes {
    texts: Vec<Arc<str>>,
    known: HashMap<Arc<str>, u32>,
}

impl Codes {
    /// All texts by their code.
    fn texts(&self) -> Arc<Texts> {
        Arc::new(self.texts.iter().map(|text| &**text).collect())
    }

    /// The codes of a column of texts.
    fn of<T: ArrowDictionaryKeyType>(
        &mut self,
        batch: &RecordBatch,
        name: &str,
    ) -> Result<Vec<Option<u32>>, ArrowError> {
        let coded = column(batch, name)?
            .as_dictionary_opt::<T>()
            .ok_or_else(|| wrong(name))?;
        let texts = coded.values().as_string_opt::<i32>().ok_or_else(|| wrong(name))?;
        let codes: Vec<u32> = texts.iter().map(|text| self.code(text.unwrap_or_default())).collect();
        let of_key = |key: Option<T::Native>| key.and_then(|key| codes.get(key.as_usize()).copied());
        Ok(coded.keys().iter().map(of_key).collect())
    }

    fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.known.get(text) {
            return *code;
        }
        let (text, code) = (Arc::<str>::from(text), self.texts.len() as u32);
        self.texts.push(text.clone());
        self.known.insert(text, code);
        code
    }
}
