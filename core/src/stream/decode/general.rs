//! Frames in any legal form, by serde, and still straight into rows.
//!
//! The frame itself is visited by hand, since its connectors go into the draft; what it accepts is what a derived
//! struct of three required fields would.

use std::{borrow::Cow, fmt};

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

use super::draft::{Draft, Head, Reading};
use crate::{
    model::lenient,
    stream::columns::{CONNECTOR, ENERGY, POWER, RowFlags, SOC, STATE},
};

/// Whose frame it was, and its time in µs since 1970.
pub(super) struct Found<'t> {
    pub(super) id: Cow<'t, str>,
    pub(super) timestamp: i64,
}

/// Reads a frame. After an error the draft may hold rows to be discarded.
pub(super) fn frame<'t>(text: &'t str, draft: &mut Draft<'_>) -> serde_json::Result<Found<'t>> {
    let mut input = serde_json::Deserializer::from_str(text);
    let found = input.deserialize_struct("Frame", FIELDS, Frame(draft))?;
    input.end()?;
    Ok(found)
}

const FIELDS: &[&str] = &["device_id", "timestamp", "connectors"];

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    DeviceId,
    Timestamp,
    Connectors,
    /// Ignored, since more fields are announced.
    #[serde(other)]
    Unknown,
}

struct Frame<'d, 'a>(&'d mut Draft<'a>);

impl<'t> Visitor<'t> for Frame<'_, '_> {
    type Value = Found<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a telemetry frame")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Found<'t>, A::Error> {
        let (mut id, mut timestamp, mut connectors) = (None, None, None);
        while let Some(field) = map.next_key()? {
            match field {
                Field::DeviceId if id.is_some() => return Err(A::Error::duplicate_field("device_id")),
                Field::DeviceId => id = Some(map.next_value::<Text<'t>>()?),
                Field::Timestamp if timestamp.is_some() => return Err(A::Error::duplicate_field("timestamp")),
                Field::Timestamp => timestamp = Some(map.next_value::<Moment>()?),
                Field::Connectors if connectors.is_some() => return Err(A::Error::duplicate_field("connectors")),
                Field::Connectors => connectors = Some(map.next_value_seed(Connectors(self.0))?),
                Field::Unknown => {
                    map.next_value::<serde::de::IgnoredAny>()?;
                }
            }
        }
        let id = id.ok_or_else(|| A::Error::missing_field("device_id"))?;
        let timestamp = timestamp.ok_or_else(|| A::Error::missing_field("timestamp"))?;
        connectors.ok_or_else(|| A::Error::missing_field("connectors"))?;
        Ok(found(id, timestamp))
    }

    /// A frame may come as a list of its fields: nobody sends that, but serde's own structs take it.
    fn visit_seq<A: SeqAccess<'t>>(self, mut list: A) -> Result<Found<'t>, A::Error> {
        let missing = |place| A::Error::invalid_length(place, &"a telemetry frame with 3 elements");
        let id = list.next_element::<Text<'t>>()?.ok_or_else(|| missing(0))?;
        let timestamp = list.next_element::<Moment>()?.ok_or_else(|| missing(1))?;
        list.next_element_seed(Connectors(self.0))?.ok_or_else(|| missing(2))?;
        Ok(found(id, timestamp))
    }
}

fn found(id: Text<'_>, timestamp: Moment) -> Found<'_> {
    Found {
        id: id.0,
        timestamp: timestamp.0.as_microsecond(),
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Moment(#[serde(deserialize_with = "lenient::timestamp")] Timestamp);

/// A text that is copied only if it holds escapes. Serde's own form of this copies always when it is optional.
struct Text<'t>(Cow<'t, str>);

impl<'de: 't, 't> Deserialize<'de> for Text<'t> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'t> Visitor<'t> for Reader {
            type Value = Text<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'t str) -> Result<Text<'t>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'t>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        input.deserialize_str(Reader)
    }
}

/// The list of connectors, or null, which counts as an empty one.
struct Connectors<'d, 'a>(&'d mut Draft<'a>);

impl<'t> DeserializeSeed<'t> for Connectors<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_option(self)
    }
}

impl<'t> Visitor<'t> for Connectors<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of connectors")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'t>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(connector) = list.next_element::<Connector<'t>>()? {
            connector.push(self.0);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Connector<'t> {
    #[serde(default, deserialize_with = "lenient::optional_whole")]
    connector_id: Option<u32>,
    #[serde(borrow, default)]
    state: Option<Text<'t>>,
    #[serde(default)]
    power: Option<f64>,
    #[serde(default)]
    energy_delivered: Option<f64>,
    #[serde(default)]
    soc: Option<f64>,
    /// Device details call the state so; a platform that mixes them up, or tells both, is understood.
    #[serde(borrow, default)]
    status: Option<Text<'t>>,
}

impl Connector<'_> {
    fn push(&self, draft: &mut Draft<'_>) {
        let mut flags = 0;
        let state = self.state.as_ref().or(self.status.as_ref()).map(|name| {
            draft.states.code(name.0.as_bytes()).unwrap_or_else(|| {
                draft.new_state(&name.0);
                0
            })
        });
        let reading = Reading {
            connector: told(self.connector_id, CONNECTOR, &mut flags),
            state: told(state, STATE, &mut flags),
            power: told(self.power, POWER, &mut flags),
            energy_delivered: told(self.energy_delivered, ENERGY, &mut flags),
            soc: told(self.soc, SOC, &mut flags),
            flags,
        };
        draft.push(Head::default(), reading);
    }
}

/// The value or 0, and the flag that says which.
fn told<T: Default>(value: Option<T>, flag: RowFlags, flags: &mut RowFlags) -> T {
    if value.is_some() {
        *flags |= flag;
    }
    value.unwrap_or_default()
}
