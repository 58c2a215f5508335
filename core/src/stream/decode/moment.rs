//! Timestamps without a parser: frames come in the same minute again and again, so only seconds are read each time.

use jiff::{civil::DateTime, tz::Offset};

/// The length of `2025-03-15T11:05`.
const PREFIX: usize = 16;
const SECOND: i64 = 1_000_000;

/// The last minute that was met.
#[derive(Debug, Default)]
pub(super) struct Minute {
    prefix: [u8; PREFIX],
    start: i64,
}

impl Minute {
    /// Reads `2025-03-15T11:05:00.123Z` and the quote behind it as µs since 1970. `None` for all that is not the usual
    /// form, and for years before 1970, where cutting off digits goes the other way.
    #[inline(always)]
    pub(super) fn read(&mut self, text: &mut &[u8]) -> Option<i64> {
        let (prefix, rest) = text.split_first_chunk::<PREFIX>()?;
        if *prefix != self.prefix {
            self.turn_to(prefix)?;
        }
        let (inside, rest) = match millis(rest) {
            Some(read) => read,
            None => other(rest)?,
        };
        *text = rest;
        Some(self.start + inside)
    }

    #[cold]
    fn turn_to(&mut self, prefix: &[u8; PREFIX]) -> Option<()> {
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1] = prefix else {
            return None;
        };
        let pair = |tens: &u8, ones: &u8| {
            let both = tens.is_ascii_digit() && ones.is_ascii_digit();
            both.then(|| i8::try_from((tens - b'0') * 10 + (ones - b'0')).ok())?
        };
        let year = i16::from(pair(y0, y1)?) * 100 + i16::from(pair(y2, y3)?);
        let minute = DateTime::new(year, pair(m0, m1)?, pair(d0, d1)?, pair(h0, h1)?, pair(n0, n1)?, 0, 0).ok()?;
        let start = Offset::UTC.to_timestamp(minute).ok()?.as_microsecond();
        // Its last second must be one as well: the last day of all is cut off somewhere.
        Offset::UTC
            .to_timestamp(minute.with().second(59).subsec_nanosecond(999_999_999).build().ok()?)
            .ok()?;
        if start < 0 {
            return None;
        }
        (self.prefix, self.start) = (*prefix, start);
        Some(())
    }
}

/// Reads `:05.123Z"`: eight bytes at once, and the quote.
#[inline(always)]
#[expect(clippy::cast_possible_wrap, reason = "at most a minute")]
fn millis(text: &[u8]) -> Option<(i64, &[u8])> {
    let (word, [b'"', rest @ ..]) = text.split_first_chunk::<8>()? else {
        return None;
    };
    // What is where it belongs becomes zero, and digits become their values.
    let word = u64::from_le_bytes(*word) ^ u64::from_le_bytes(*b":00.000Z");
    // Added to what is the largest that may be there, this stays just below the highest bit. A leap second is too large.
    let most = u64::from_le_bytes([0x7f, 0x7a, 0x76, 0x7f, 0x76, 0x76, 0x76, 0x7f]);
    if (word.wrapping_add(most) | word) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let digit = |place: u32| word >> (8 * place) & 0xff;
    let seconds = digit(1) * 10 + digit(2);
    let millis = digit(4) * 100 + digit(5) * 10 + digit(6);
    Some(((seconds * 1000 + millis) as i64 * 1000, rest))
}

/// The same with any number of digits and zone.
#[inline(never)]
fn other(text: &[u8]) -> Option<(i64, &[u8])> {
    let ([b':', tens, ones], text) = text.split_first_chunk::<3>()? else {
        return None;
    };
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    // A leap second is left to the parser.
    if tens > 5 || ones > 9 {
        return None;
    }
    let seconds = i64::from(tens * 10 + ones) * SECOND;
    let (fraction, text) = match text {
        [b'.', text @ ..] => fraction(text)?,
        _ => (0, text),
    };
    // A missing zone is UTC, as everywhere.
    let rest = text
        .strip_prefix(b"Z\"")
        .or_else(|| text.strip_prefix(b"+00:00\""))
        .or_else(|| text.strip_prefix(b"\""))?;
    Some((seconds + fraction, rest))
}

/// One to nine digits as µs; what is finer is cut off.
fn fraction(mut text: &[u8]) -> Option<(i64, &[u8])> {
    let (mut micros, mut scale, mut digits) = (0, SECOND / 10, 0);
    while let [digit @ b'0'..=b'9', rest @ ..] = text {
        micros += i64::from(digit - b'0') * scale;
        scale /= 10;
        digits += 1;
        text = rest;
    }
    (1..=9).contains(&digits).then_some((micros, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lenient;

    fn by_hand(text: &str) -> Option<i64> {
        let quoted = format!("{text}\"!");
        let mut rest = quoted.as_bytes();
        let micros = Minute::default().read(&mut rest)?;
        assert_eq!(rest, b"!", "{text}");
        Some(micros)
    }

    #[test]
    fn the_usual_forms_are_read_as_the_parser_reads_them() {
        for text in [
            "2025-03-15T11:05:00Z",
            "2025-03-15T11:05:59.1Z",
            "2025-03-15T11:05:00.123Z",
            "2025-03-15T11:05:00.123456+00:00",
            "2025-03-15T11:05:00.999999999Z",
            "2025-03-15T11:05:00.0000009",
            "2024-02-29T23:59:59",
            "1970-01-01T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "9999-12-30T21:59:59.999999999Z",
        ] {
            let parsed = lenient::parse_timestamp(text).unwrap().as_microsecond();
            assert_eq!(by_hand(text), Some(parsed), "{text}");
        }
    }

    #[test]
    fn everything_else_is_left_to_the_parser() {
        for text in [
            "2025-03-15T11:05:60Z",
            "2025-03-15T11:05:00.Z",
            "2025-03-15T11:05:00.1234567890Z",
            "2025-03-15T11:05:00+01:00",
            "2025-03-15T11:05:00-00:00",
            "2025-03-15T11:05:00z",
            "2025-03-15t11:05:00Z",
            "2025-03-15 11:05:00Z",
            "2025-03-15T11:05Z",
            "2025-02-29T11:05:00Z",
            "2025-13-15T11:05:00Z",
            "2025-03-15T24:00:00Z",
            "2025-03-15T1x:05:00Z",
            "1969-12-31T23:59:59Z",
            "9999-12-30T22:00:00Z",
            "9999-12-31T23:59:59Z",
            "now",
            "",
        ] {
            assert_eq!(by_hand(text), None, "{text}");
        }
    }

    #[test]
    fn a_bad_minute_does_not_spoil_the_one_at_hand() {
        let mut minute = Minute::default();
        let mut read = |mut text: &[u8]| minute.read(&mut text);
        let first = read(b"2025-03-15T11:05:01Z\"");
        assert!(read(b"2025-03-15T11:65:01Z\"").is_none());
        assert_eq!(read(b"2025-03-15T11:05:01Z\""), first);
        let next = read(b"2025-03-15T11:06:01Z\"");
        assert_eq!(next, first.map(|first| first + 60 * SECOND));
    }

    #[test]
    fn all_that_looks_nearly_like_milliseconds_is_read_like_the_rest() {
        for place in 0..8 {
            for byte in 0..=u8::MAX {
                let mut text = *b":05.123Z\"!";
                text[place] = byte;
                if let Some(read) = millis(&text) {
                    assert_eq!(other(&text), Some(read), "{text:?}");
                }
            }
        }
        assert_eq!(millis(b":59.999Z\"!"), Some((59_999_000, &b"!"[..])));
    }
}
