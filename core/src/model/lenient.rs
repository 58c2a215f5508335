//! Readers for what the platform's documents leave open: integers sent as floats, timestamps without a zone.

use std::{collections::HashMap, fmt};

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use serde::{
    Deserialize, Deserializer,
    de::{self, Unexpected, Visitor},
};

/// Reads a whole number, also in the form `1.0`. By hand: an untagged enum would copy each number first.
struct Whole;

impl Visitor<'_> for Whole {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number that is not negative")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<u32, E> {
        u32::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<u32, E> {
        u32::try_from(value).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the guard keeps the value inside u32"
    )]
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<u32, E> {
        if value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
            return Ok(value as u32);
        }
        Err(E::invalid_value(Unexpected::Float(value), &self))
    }
}

/// Reads a timestamp straight from the text, which is not copied.
struct Moment;

impl Visitor<'_> for Moment {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a timestamp such as 2025-03-15T11:05:00Z")
    }

    /// An empty text counts as absent.
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        if text.is_empty() {
            return Ok(None);
        }
        parse_timestamp(text).map(Some).map_err(E::custom)
    }
}

/// Reads what may be null, and otherwise like `V`.
struct Maybe<V>(V);

impl<'de> Visitor<'de> for Maybe<Whole> {
    type Value = Option<u32>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self.0).map(Some)
    }
}

impl<'de> Visitor<'de> for Maybe<Moment> {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_str(self.0)
    }
}

/// A required whole number.
pub(crate) fn whole<'de, D: Deserializer<'de>>(input: D) -> Result<u32, D::Error> {
    input.deserialize_any(Whole)
}

/// A whole number that may be absent or null.
pub(crate) fn optional_whole<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u32>, D::Error> {
    input.deserialize_option(Maybe(Whole))
}

/// A timestamp. One without a zone is read as UTC: not specified, but the platform says that all its
/// timestamps are UTC.
pub(crate) fn parse_timestamp(text: &str) -> Result<Timestamp, jiff::Error> {
    if let Some(usual) = usual_timestamp(text.as_bytes()) {
        return Ok(usual);
    }
    text.parse().or_else(|error| {
        text.parse::<DateTime>()
            .and_then(|civil| civil.to_zoned(TimeZone::UTC))
            .map(|zoned| zoned.timestamp())
            .map_err(|_| error)
    })
}

/// The form that the platform documents, `2025-03-15T12:00:00Z` with or without a fraction. Reading it by place takes a
/// fifth of the time, and a page of records holds two hundred. Whatever else there is, is left to the general reader.
fn usual_timestamp(text: &[u8]) -> Option<Timestamp> {
    let (start, rest) = text.split_first_chunk::<19>()?;
    if [4, 7, 10, 13, 16].map(|place| start[place]) != *b"--T::" {
        return None;
    }
    let fraction = match rest {
        b"Z" => &[],
        [b'.', fraction @ .., b'Z'] if (1..=9).contains(&fraction.len()) => fraction,
        _ => return None,
    };
    let two = |place: usize| digits(&start[place..place + 2]).and_then(|value| i8::try_from(value).ok());
    let year = i16::try_from(digits(&start[..4])?).ok()?;
    let nanosecond = digits(fraction)? * 10_i32.pow(9 - u32::try_from(fraction.len()).ok()?);
    let civil = DateTime::new(year, two(5)?, two(8)?, two(11)?, two(14)?, two(17)?, nanosecond).ok()?;
    Offset::UTC.to_timestamp(civil).ok()
}

/// The number that these digits write; nine at most.
fn digits(text: &[u8]) -> Option<i32> {
    text.iter().try_fold(0, |value, digit| {
        digit.is_ascii_digit().then(|| value * 10 + i32::from(digit - b'0'))
    })
}

/// A required timestamp.
pub(crate) fn timestamp<'de, D: Deserializer<'de>>(input: D) -> Result<Timestamp, D::Error> {
    input
        .deserialize_str(Moment)?
        .ok_or_else(|| de::Error::invalid_value(Unexpected::Str(""), &Moment))
}

/// A timestamp that may be absent or null. An empty text counts as absent.
pub(crate) fn optional_timestamp<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Timestamp>, D::Error> {
    input.deserialize_option(Maybe(Moment))
}

/// Counts by name that may be absent or null. What is no count is an unknown field, and ignored like one.
pub(crate) fn optional_counts<'de, D: Deserializer<'de>>(input: D) -> Result<Option<HashMap<String, u32>>, D::Error> {
    let found = Option::<HashMap<String, serde_json::Value>>::deserialize(input)?;
    let count = |value: serde_json::Value| whole(value).ok();
    Ok(found.map(|found| {
        let counts = found
            .into_iter()
            .filter_map(|(name, value)| Some((name, count(value)?)));
        counts.collect()
    }))
}

/// `null` where a list or the like is expected counts as an empty one: null and absent are not told apart.
pub(crate) fn null_as_default<'de, D, T>(input: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(input).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_honoured_and_a_missing_one_is_utc() {
        let noon: Timestamp = "2025-03-15T12:00:00Z".parse().unwrap();
        for text in [
            "2025-03-15T12:00:00Z",
            "2025-03-15T13:00:00+01:00",
            "2025-03-15T12:00:00",
            "2025-03-15 12:00:00",
        ] {
            assert_eq!(parse_timestamp(text).unwrap(), noon, "{text}");
        }
        assert!(parse_timestamp("yesterday").is_err());
    }

    proptest::proptest! {
        /// Read by place or by jiff: the same moment, and what only one of them can read is what jiff reads.
        #[test]
        fn the_documented_form_is_read_as_jiff_reads_it(
            text in "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,10})?Z",
            at in 0usize..30,
            other in "[-0-9TZ:.+ ]",
        ) {
            let mut damaged = text.clone();
            let at = at.min(text.len() - 1);
            damaged.replace_range(at..=at, &other);
            for text in [text, damaged] {
                if let Some(moment) = usual_timestamp(text.as_bytes()) {
                    proptest::prop_assert_eq!(text.parse::<Timestamp>().ok(), Some(moment), "{}", text);
                }
            }
        }
    }

    #[test]
    fn the_documented_form_needs_no_general_reader() {
        for text in [
            "2025-03-15T12:00:00Z",
            "2025-03-15T12:00:00.5Z",
            "2026-11-22T14:32:48.123456789Z",
        ] {
            assert_eq!(usual_timestamp(text.as_bytes()), Some(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_no_count_is_ignored_among_counts() {
        #[derive(Deserialize)]
        struct Shape {
            #[serde(default, deserialize_with = "optional_counts")]
            by_state: Option<HashMap<String, u32>>,
        }
        let read = |text| serde_json::from_str::<Shape>(text).unwrap().by_state;
        let counts = read(r#"{"by_state":{"idle":2,"charging":1.0,"new":{"x":1},"odd":-1}}"#).unwrap();
        assert_eq!(counts, HashMap::from([("idle".into(), 2), ("charging".into(), 1)]));
        assert_eq!((read(r#"{"by_state":null}"#), read("{}")), (None, None));
    }

    #[test]
    fn whole_numbers_may_come_as_floats_but_not_as_fractions() {
        #[derive(Deserialize)]
        struct Shape {
            #[serde(deserialize_with = "whole")]
            n: u32,
        }
        let read = |text| serde_json::from_str::<Shape>(text).map(|shape| shape.n);
        assert_eq!(read(r#"{"n":2}"#).unwrap(), 2);
        assert_eq!(read(r#"{"n":2.0}"#).unwrap(), 2);
        assert!(read(r#"{"n":2.5}"#).unwrap_err().to_string().contains("whole number"));
        assert!(read(r#"{"n":-1}"#).is_err());
    }
}
