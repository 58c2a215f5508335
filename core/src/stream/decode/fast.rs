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
    pub(super) devices: &'a Codes<u32>,
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
            const CONNECTOR: &'static [u8] = concat!("\"connector_id\":", $space).as_bytes();
            const STATE: &'static [u8] = concat!("\"state\":", $space).as_bytes();
            const POWER: &'static [u8] = concat!("\"power\":", $space).as_bytes();
            const ENERGY: &'static [u8] = concat!("\"energy_delivered\":", $space).as_bytes();
            const SOC: &'static [u8] = concat!("\"soc\":", $space).as_bytes();
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
    let id = string(text)?;
    let code = known.devices.get(id);
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

/// Reads one connector: the documented fields in their order, each of which may be left out.
#[inline(always)]
fn connector<F: Form>(text: &mut &[u8], draft: &mut Draft<'_>) -> Option<Reading> {
    let mut reading = Reading::default();
    expect(text, b"{")?;
    if expect(text, b"}").is_some() {
        return Some(reading);
    }
    // Reads the field if it is there. Behind it either the connector ends, or there must be another field.
    macro_rules! field {
        ($key:expr, $flag:expr, $value:expr, $target:expr) => {
            if expect(text, $key).is_some() {
                if let [b'n', ..] = text {
                    expect(text, b"null")?;
                } else {
                    $target = $value;
                    reading.flags |= $flag;
                }
                if expect(text, b"}").is_some() {
                    return Some(reading);
                }
                expect(text, F::COMMA)?;
            }
        };
    }
    field!(F::CONNECTOR, CONNECTOR, number::whole(text)?, reading.connector);
    field!(F::STATE, STATE, state(text, draft)?, reading.state);
    field!(F::POWER, POWER, number::float(text)?, reading.power);
    field!(F::ENERGY, ENERGY, number::float(text)?, reading.energy_delivered);
    field!(F::SOC, SOC, number::float(text)?, reading.soc);
    None
}

/// Steps over what must come next.
#[inline(always)]
fn expect(text: &mut &[u8], what: &'static [u8]) -> Option<()> {
    *text = text.strip_prefix(what)?;
    Some(())
}

/// Reads a state with its quotes.
#[inline(always)]
fn state(text: &mut &[u8], draft: &mut Draft<'_>) -> Option<u8> {
    expect(text, b"\"")?;
    let name = string(text)?;
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
    text.iter()
        .position(|byte| *byte < b' ' || *byte == b'"' || *byte == b'\\')
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
