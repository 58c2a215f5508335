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

/// A number, and what follows it. `None` if this is no number, or none that one exact division makes: both operands
/// are exact, so the result is the nearest float, which is what a correct parser gives.
#[inline]
pub(super) fn float(text: &[u8]) -> Option<(f64, &[u8])> {
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

/// A whole number of at most nine digits without a sign, and what follows it.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "nine digits fit")]
pub(super) fn whole(text: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = digits(0, text);
    let count = text.len() - rest.len();
    let plain = count == 1 || (2..=9).contains(&count) && text[0] != b'0';
    plain.then_some((number as u32, rest))
}

/// Appends digits to `number`, as far as there are any; with too many of them the result is nonsense.
#[inline]
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
        let behind = format!("{text},");
        let (value, rest) = float(behind.as_bytes())?;
        (rest == b",").then_some(value)
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
        assert_eq!(whole(b"12,"), Some((12, &b","[..])));
        assert_eq!(whole(b"0}"), Some((0, &b"}"[..])));
        assert_eq!(whole(b"999999999"), Some((999_999_999, &b""[..])));
        for text in ["", "01", "-1", "1000000000", "00"] {
            assert_eq!(whole(text.as_bytes()), None, "{text}");
        }
    }
}
