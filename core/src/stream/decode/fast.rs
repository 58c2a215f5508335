//! Frames in the documented form, read in one pass by comparing with what is expected. Anything else, valid or not, is
//! left to [`general`](super::general): this says no early and often, and never says yes where the library says no.

use super::{
    codes::Codes,
    draft::{Draft, Head, Reading},
    moment::Minute,
    number,
};
use crate::stream::columns::{CONNECTOR, ENERGY, POWER, SOC, STATE};

/// What the fast way needs from its connection.
pub(super) struct Known<'a> {
    /// Plain ids only: see [`is_plain`].
    pub(super) devices: &'a Codes,
    /// The length of the last id.
    pub(super) length: &'a mut usize,
    pub(super) minute: &'a mut Minute,
}

/// Whose frame it was. Without a code the device is new, and its code has to be written into the rows.
pub(super) struct Found<'t> {
    pub(super) id: &'t [u8],
    pub(super) code: Option<u32>,
    pub(super) head: Head,
}

/// Reads a frame. `None` if it is not in the documented form; then the draft may hold rows to be discarded.
#[inline]
pub(super) fn frame<'t>(text: &'t str, received_at: i64, known: Known<'_>, draft: &mut Draft<'_>) -> Option<Found<'t>> {
    let text = text.as_bytes();
    if let Some(rest) = text.strip_prefix(Compact::DEVICE) {
        scan::<Compact>(rest, received_at, known, draft)
    } else {
        scan::<Spaced>(text.strip_prefix(Spaced::DEVICE)?, received_at, known, draft)
    }
}

/// What stands between the values, in one of the two forms that JSON writers give it.
trait Form {
    const DEVICE: &'static [u8];
    const TIMESTAMP: &'static [u8];
    const CONNECTORS: &'static [u8];
    const CONNECTOR: &'static [u8];
    const STATE: &'static [u8];
    const POWER: &'static [u8];
    const ENERGY: &'static [u8];
    const SOC: &'static [u8];
    const COMMA: &'static [u8];
}

macro_rules! form {
    ($(#[$doc:meta])* $name:ident, $space:literal) => {
        $(#[$doc])*
        struct $name;

        impl Form for $name {
            const DEVICE: &'static [u8] = concat!("{\"device_id\":", $space, "\"").as_bytes();
            const TIMESTAMP: &'static [u8] = concat!(",", $space, "\"timestamp\":", $space, "\"").as_bytes();
            const CONNECTORS: &'static [u8] = concat!(",", $space, "\"connectors\":", $space, "[").as_bytes();
            const CONNECTOR: &'static [u8] = concat!("{\"connector_id\":", $space).as_bytes();
            const STATE: &'static [u8] = concat!(",", $space, "\"state\":", $space).as_bytes();
            const POWER: &'static [u8] = concat!(",", $space, "\"power\":", $space).as_bytes();
            const ENERGY: &'static [u8] = concat!(",", $space, "\"energy_delivered\":", $space).as_bytes();
            const SOC: &'static [u8] = concat!(",", $space, "\"soc\":", $space).as_bytes();
            const COMMA: &'static [u8] = concat!(",", $space).as_bytes();
        }
    };
}

form!(
    /// No white space at all: most writers.
    Compact,
    ""
);
form!(
    /// A space behind commas and colons: Python's.
    Spaced,
    " "
);

/// Reads from the device's id on.
#[inline(always)]
fn scan<'t, F: Form>(
    mut text: &'t [u8],
    received_at: i64,
    known: Known<'_>,
    draft: &mut Draft<'_>,
) -> Option<Found<'t>> {
    let text = &mut text;
    let (id, code) = device(text, known.devices, known.length)?;
    expect(text, F::TIMESTAMP)?;
    let timestamp = known.minute.read(text)?;
    let head = Head {
        device: code.unwrap_or_default(),
        timestamp,
        received_at,
    };
    expect(text, F::CONNECTORS)?;
    if expect(text, b"]").is_none() {
        loop {
            let reading = connector::<F>(text, draft)?;
            draft.push(head, reading);
            if expect(text, b"]").is_some() {
                break;
            }
            expect(text, F::COMMA)?;
        }
    }
    // Some writers end each message with a line feed.
    matches!(*text, b"}" | b"}\n").then_some(Found { id, code, head })
}

/// Reads a device's id, and its code if it has one.
#[inline(always)]
fn device<'t>(text: &mut &'t [u8], devices: &Codes, length: &mut usize) -> Option<(&'t [u8], Option<u32>)> {
    // The ids of a platform are mostly of one length. If what ends there is known, it is plain, and need not be looked at.
    if let Some((id, [b'"', rest @ ..])) = text.split_at_checked(*length)
        && let Some(code) = devices.get(id)
    {
        *text = rest;
        return Some((id, Some(code)));
    }
    let id = string(text)?;
    *length = id.len();
    Some((id, devices.get(id)))
}

/// Reads one connector: its number, then the other documented fields in their order, each of which may be left out.
#[inline(always)]
fn connector<F: Form>(text: &mut &[u8], draft: &mut Draft<'_>) -> Option<Reading> {
    let mut reading = Reading::default();
    expect(text, F::CONNECTOR)?;
    // Null is as good as nothing, and seldom, so that it is looked for last.
    macro_rules! value {
        ($value:expr, $target:expr, $flag:expr) => {
            if let Some(value) = $value {
                $target = value;
                reading.flags |= $flag;
            } else {
                expect(text, b"null")?;
            }
        };
    }
    value!(number::whole(text), reading.connector, CONNECTOR);
    if expect(text, F::STATE).is_some() {
        value!(state(text, draft), reading.state, STATE);
    }
    if expect(text, F::POWER).is_some() {
        value!(number::float(text), reading.power, POWER);
    }
    if expect(text, F::ENERGY).is_some() {
        value!(number::float(text), reading.energy_delivered, ENERGY);
    }
    if expect(text, F::SOC).is_some() {
        value!(number::float(text), reading.soc, SOC);
    }
    expect(text, b"}")?;
    Some(reading)
}

/// Steps over what must come next.
#[inline(always)]
fn expect(text: &mut &[u8], what: &'static [u8]) -> Option<()> {
    *text = text.strip_prefix(what)?;
    Some(())
}

/// The usual states with their codes.
const USUAL: [(u8, &[u8]); 3] = [(1, b"\"charging\""), (0, b"\"idle\""), (2, b"\"discharging\"")];

/// Reads a state with its quotes.
#[inline(always)]
fn state(text: &mut &[u8], draft: &mut Draft<'_>) -> Option<u8> {
    // What connectors are nearly always doing, without looking for the end first.
    for (code, name) in USUAL {
        if expect(text, name).is_some() {
            return Some(code);
        }
    }
    // The text stays where it was if this is no state: behind a quote there may be what looks like null.
    let mut rest = *text;
    expect(&mut rest, b"\"")?;
    let name = string(&mut rest)?;
    *text = rest;
    if let Some(code) = draft.states.code(name) {
        return Some(code);
    }
    draft.new_state(str::from_utf8(name).ok()?);
    Some(0)
}

/// Reads a string whose opening quote is gone, and steps over the closing one. `None` if anything in it is escaped or
/// illegal.
#[inline(always)]
fn string<'t>(text: &mut &'t [u8]) -> Option<&'t [u8]> {
    let mut at = 0;
    let end = loop {
        let Some(word) = text.get(at..)?.first_chunk::<8>() else {
            break at + tail(&text[at..])?;
        };
        let stops = stops(u64::from_le_bytes(*word));
        if stops != 0 {
            break at + stops.trailing_zeros() as usize / 8;
        }
        at += 8;
    };
    let (before, [b'"', rest @ ..]) = text.split_at_checked(end)? else {
        return None;
    };
    *text = rest;
    Some(before)
}

/// Where the last few bytes of a message have their first stop.
#[cold]
fn tail(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| is_stop(*byte))
}

/// Whether JSON writes this text as it is, so that it stands for nothing else where it stands between quotes.
pub(super) fn is_plain(text: &[u8]) -> bool {
    !text.iter().any(|byte| is_stop(*byte))
}

/// What a string cannot hold, or not as it is.
fn is_stop(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// The highest bit of each byte that is a quote, a backslash or a control character. Above the first such byte there
/// may be wrong ones: a borrow runs upwards.
#[inline]
const fn stops(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let quotes = word ^ (ONES * b'"' as u64);
    let escapes = word ^ (ONES * b'\\' as u64);
    let below = word.wrapping_sub(ONES * b' ' as u64);
    // No byte with its highest bit set is any of them, nor does the exclusive or change that bit.
    (quotes.wrapping_sub(ONES) | escapes.wrapping_sub(ONES) | below) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_stop_is_found_wherever_it_is() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                for other in [b'a', b'!', b'#', b' ', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
                    let mut word = [other; 8];
                    word[place] = byte;
                    // Above the first there may be anything.
                    word[place + 1..].fill(b'!');
                    let found = stops(u64::from_le_bytes(word)).trailing_zeros() as usize / 8;
                    let expected = if is_stop(byte) { place } else { 8 };
                    assert_eq!(found, expected, "{word:x?}");
                }
            }
        }
    }

    #[test]
    fn strings_end_at_their_quote_only() {
        for length in 0..40 {
            let plain = "é".repeat(length);
            let whole = format!("{plain}\"behind");
            for end in plain.len() + 1..=whole.len() {
                let mut text = &whole.as_bytes()[..end];
                assert_eq!(string(&mut text), Some(plain.as_bytes()));
                assert_eq!(text, &whole.as_bytes()[plain.len() + 1..end]);
            }
            for wrong in ["", "\\\"", "\n\"", "\0\""] {
                let text = format!("{plain}{wrong}");
                assert_eq!(string(&mut text.as_bytes()), None, "{text:?}");
            }
        }
    }
}
