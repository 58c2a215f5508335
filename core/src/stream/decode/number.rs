//! Numbers as JSON writes them. What cannot be read exactly in one step is left to the library.

/// The powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];
/// Up to here a float holds every whole number.
const EXACT: u64 = 1 << 53;
/// So many digits fit a `u64`, whatever they are.
const DIGITS: usize = 19;

/// Reads a number, as far as it goes. `None` if this is no number, or none that one exact division or multiplication
/// makes: both operands are exact then, so the result is the nearest float, which is what a correct parser gives.
#[inline(always)]
pub(super) fn float(text: &mut &[u8]) -> Option<f64> {
    let (value, rest) = match short(text) {
        Some(read) => read,
        None => long(text)?,
    };
    *text = rest;
    Some(value)
}

/// Reads a whole number of at most three digits without a sign, as far as it goes.
#[inline(always)]
pub(super) fn whole(text: &mut &[u8]) -> Option<u32> {
    let (number, count) = tiny(text)?;
    *text = &text[count..];
    Some(number)
}

/// Numbers of at most seven characters, the sign not counted, all of them at once: nearly all there are. Digits one by
/// one would cost a wrong guess about their count for every other number.
#[inline(always)]
fn short(text: &[u8]) -> Option<(f64, &[u8])> {
    let (negative, text) = match text {
        [b'-', text @ ..] => (true, text),
        _ => (false, text),
    };
    let Some(word) = text.first_chunk::<8>() else {
        // So near to the end of the message there are whole numbers only, if it is of the usual form.
        let (number, count) = tiny(text)?;
        let value = f64::from(number);
        return Some((if negative { -value } else { value }, &text[count..]));
    };
    let word = u64::from_le_bytes(*word) ^ ZEROS;
    let stops = no_digits(word);
    let stop = stops.trailing_zeros() / 8;
    if stop == 0 || stop == 8 || stop > 1 && word & 0xff == 0 {
        return None;
    }
    let (digits, count, scale) = if word >> (8 * stop) & 0xff == u64::from(b'.' ^ b'0') {
        let end = (stops & (stops - 1)).trailing_zeros() / 8;
        if end == 8 || end == stop + 1 {
            return None;
        }
        // Takes the point out: what is above it moves down.
        let below = (1 << (8 * stop)) - 1;
        (word & below | word >> 8 & !below, end - 1, end - 1 - stop)
    } else {
        (word, stop, 0)
    };
    let rest = &text[count as usize + usize::from(scale > 0)..];
    if !matches!(rest, [b',' | b'}', ..]) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "seven digits are exact")]
    let value = joined(digits << (64 - 8 * count)).cast_signed() as f64 / POWERS[scale as usize];
    Some((if negative { -value } else { value }, rest))
}

/// A zero in each byte.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The highest bit of each byte that is no digit, after an exclusive or with [`ZEROS`]. Right up to the second such byte
/// if the first is a point; beyond that a carry may have spoilt it.
#[inline(always)]
const fn no_digits(word: u64) -> u64 {
    (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
}

/// Eight digits, one in each byte, the first in the lowest, as a number: pairs, then fours, then all.
#[inline(always)]
const fn joined(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff
}

/// A whole number of one to three digits, and their count. `None` if it is longer, or is followed by what would make it
/// another number.
#[inline(always)]
fn tiny(text: &[u8]) -> Option<(u32, usize)> {
    let digit = |byte: u8| u32::from(byte.wrapping_sub(b'0'));
    let [a, b, c, d] = *text.first_chunk::<4>()?;
    let ends = |byte| matches!(byte, b',' | b'}');
    let (a, b1, c1) = (digit(a), digit(b), digit(c));
    if a > 9 {
        return None;
    }
    if ends(b) {
        return Some((a, 1));
    }
    if a == 0 || b1 > 9 {
        return None;
    }
    if ends(c) {
        return Some((a * 10 + b1, 2));
    }
    (c1 <= 9 && ends(d)).then_some((a * 100 + b1 * 10 + c1, 3))
}

/// Numbers of up to nineteen digits, one by one.
#[cold]
fn long(text: &[u8]) -> Option<(f64, &[u8])> {
    let (negative, text) = match text {
        [b'-', text @ ..] => (true, text),
        _ => (false, text),
    };
    let (whole, mut rest) = digits(0, text);
    let mut count = text.len() - rest.len();
    // No digit at all, or a zero in front of others.
    if count == 0 || count > 1 && text[0] == b'0' {
        return None;
    }
    let (mut mantissa, mut scale) = (whole, 0);
    if let [b'.', fraction @ ..] = rest {
        (mantissa, rest) = digits(whole, fraction);
        scale = fraction.len() - rest.len();
        count += scale;
        if scale == 0 {
            return None;
        }
    }
    if count > DIGITS || mantissa > EXACT {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "no larger than what a float holds exactly")]
    let mut value = mantissa.cast_signed() as f64;
    if let [b'e' | b'E', exponent @ ..] = rest {
        (value, rest) = scaled(value, scale, exponent)?;
    } else if scale > 0 {
        value /= POWERS[scale];
    }
    Some((if negative { -value } else { value }, rest))
}

/// `value` times ten to the power of the number in `text` minus `scale`.
#[cold]
fn scaled(value: f64, scale: usize, text: &[u8]) -> Option<(f64, &[u8])> {
    let (negative, text) = match text {
        [b'-', text @ ..] => (true, text),
        [b'+', text @ ..] => (false, text),
        _ => (false, text),
    };
    let (power, rest) = digits(0, text);
    let count = text.len() - rest.len();
    // Zeros in front are legal here, but so many digits are not worth the trouble.
    if count == 0 || count > 4 {
        return None;
    }
    let (power, scale) = (i64::try_from(power).ok()?, i64::try_from(scale).ok()?);
    let power = if negative { -power } else { power } - scale;
    let factor = POWERS.get(usize::try_from(power.unsigned_abs()).ok()?)?;
    Some((if power < 0 { value / factor } else { value * factor }, rest))
}

/// Appends digits to `number`, as far as there are any; with too many of them the result is nonsense.
fn digits(mut number: u64, mut text: &[u8]) -> (u64, &[u8]) {
    while let [digit @ b'0'..=b'9', rest @ ..] = text {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        text = rest;
    }
    (number, text)
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    fn read(text: &str) -> Option<f64> {
        // Whatever follows, near to the end or far from it, the number is the same.
        let [near, far] = [",", "},\"soc\":7"].map(|behind| {
            let whole = format!("{text}{behind}");
            let mut rest = whole.as_bytes();
            let value = float(&mut rest)?;
            (rest == behind.as_bytes()).then_some(value)
        });
        assert_eq!(near.map(f64::to_bits), far.map(f64::to_bits), "{text}");
        near
    }

    #[test]
    fn what_is_read_is_what_the_library_reads() {
        let mut fast = 0;
        let mut check = |text: &str| {
            if let Some(value) = read(text) {
                let expected: f64 = serde_json::from_str(text).unwrap();
                assert_eq!(value.to_bits(), expected.to_bits(), "{text}");
                fast += 1;
            }
        };
        for text in [
            "0",
            "-0",
            "-0.0",
            "7",
            "7.0",
            "6.912",
            "-7.25",
            "0.1",
            "0.001",
            "1e5",
            "1E+5",
            "1e-5",
            "12.5e003",
            "1e22",
            "1e-22",
            "9007199254740992",
            "9007199254740993",
            "0.000000000000000001",
            "123456789012345678901234567890",
            "5e-324",
            "1.7976931348623157e308",
            "2.2250738585072014e-308",
            "0e0",
            "-0e-7",
            "1e23",
            "0e99999999999999",
            "1e-9223372036854775807",
            "1e0000005",
            "1.000000000000000000000",
            "184467440737095516161",
        ] {
            check(text);
        }
        let mut random = rand::rng();
        for _ in 0..200_000 {
            let (whole, fraction) = (random.random_range(0..16), random.random_range(0..16));
            let mut text = format!("{}", random.random_range(0..10_u64.pow(whole)));
            if fraction > 0 {
                let digits = random.random_range(0..10_u64.pow(fraction));
                text += &format!(".{digits:0width$}", width = fraction as usize);
            }
            if random.random_bool(0.2) {
                text += &format!("e{}", random.random_range(-25..25));
            }
            check(&text);
        }
        assert!(fast > 100_000, "only {fast} were read in one step");
    }

    #[test]
    fn the_usual_numbers_are_read_in_one_step() {
        for text in [
            "0",
            "-0",
            "7",
            "7.0",
            "6.912",
            "13.104",
            "-11.25",
            "100",
            "0.000001",
            "1e-7",
            "123456.789012345",
        ] {
            assert_eq!(read(text), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn what_json_does_not_know_is_no_number() {
        for text in [
            "", "-", "+1", "00", "-01", "01.5", "1.", ".5", "-.5", "1.e5", "1e", "1e+", "--1", "NaN", "Infinity",
            "0x10", "1_000", "١",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_short_and_plain() {
        let read = |mut text: &[u8]| whole(&mut text).map(|number| (number, text.len()));
        assert_eq!(read(b"1,\"s"), Some((1, 3)));
        assert_eq!(read(b"0}]}"), Some((0, 3)));
        assert_eq!(read(b"12}]}"), Some((12, 3)));
        assert_eq!(read(b"999,..."), Some((999, 4)));
        for text in [
            "", "1", "01}]}", "-1,..", "1000,", "00,..", "1.0,..", "1e1,..", "12x,", "x,,,,",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
