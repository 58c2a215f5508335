//! Messages made up from a row of bytes: legal ones, nearly legal ones, and damaged ones. Each byte decides something,
//! and 0 always decides for what is usual; so a tool that looks for the shortest row finds the plainest message.

/// Decisions that are left. When there are no more, all is as usual.
pub(super) struct Tape<'a> {
    bytes: &'a [u8],
    /// Of 256 decisions so many are for something odd.
    oddness: u8,
}

impl<'a> Tape<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut tape = Self { bytes, oddness: 0 };
        tape.oddness = *tape.pick(&[0, 4, 12, 48]);
        tape
    }

    fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
        self.bytes = rest;
        *first
    }

    fn below(&mut self, end: u64) -> u64 {
        let mut number = u64::from(self.byte());
        if end > 256 {
            for _ in 0..7 {
                number = number << 8 | u64::from(self.byte());
            }
        }
        number % end
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.place(from.len())]
    }

    fn place(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap_or_default()
    }

    /// Whether to do something odd.
    fn odd(&mut self) -> bool {
        // From the upper end, so that 0 means no.
        self.byte() > u8::MAX - self.oddness
    }
}

/// A message, and what was done to it.
pub(super) fn message(tape: &mut Tape<'_>) -> String {
    let connectors = match tape.below(8) {
        0..=3 => 1,
        4..=6 => tape.below(4),
        _ => tape.below(12),
    };
    let spaces = spaces(tape);
    let connectors: Vec<_> = (0..connectors).map(|_| connector(tape, spaces)).collect();
    let mut connectors = format!("[{}]", connectors.join(&format!(",{}", spaces[0])));
    if tape.odd() {
        connectors = (*tape.pick(&["null", "[]", "{}", "[,]", "[1]", "[", "\"\"", "[null]", "[{}]"])).to_owned();
    }
    let fields = [
        ("\"device_id\"", id(tape)),
        ("\"timestamp\"", timestamp(tape)),
        ("\"connectors\"", connectors),
    ];
    let mut text = object(tape, fields.to_vec(), spaces);
    if tape.odd() {
        text += *tape.pick(&["\n", " ", "}", "x", "\0", "\n\n", ",", "\u{a0}"]);
    }
    while tape.odd() {
        damage(tape, &mut text);
    }
    text
}

fn damage(tape: &mut Tape<'_>, text: &mut String) {
    let characters: Vec<char> = "{}[]\",:\\ \n\t\0-+.0123456789eEnultr\u{1f}\u{7f}é🔌".chars().collect();
    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
    let Some(place) = places.get(tape.place(places.len().max(1))).copied() else {
        return;
    };
    let what = tape.below(4);
    let with = *tape.pick(&characters);
    match what {
        0 => text.truncate(place),
        1 => text.insert(place, with),
        2 => _ = text.remove(place),
        _ => {
            text.remove(place);
            text.insert(place, with);
        }
    }
}

/// White space behind commas, behind colons, and inside of braces.
fn spaces(tape: &mut Tape<'_>) -> [&'static str; 3] {
    if tape.odd() {
        let all = ["", "\n", " ", "\t ", "\r\n", "\u{b}", "\u{a0}"];
        return [*tape.pick(&all[..5]), *tape.pick(&all[..4]), *tape.pick(&all)];
    }
    if tape.below(4) < 3 {
        ["", "", ""]
    } else {
        [" ", " ", ""]
    }
}

/// An object; now and then the list of its values, which serde takes as well.
fn object(tape: &mut Tape<'_>, mut fields: Vec<(&'static str, String)>, spaces: [&str; 3]) -> String {
    let [comma, colon, brace] = spaces;
    while tape.odd() && !fields.is_empty() {
        rearrange(tape, &mut fields);
    }
    let (open, close, named) = if tape.odd() {
        ("[", "]", tape.odd())
    } else {
        ("{", "}", true)
    };
    let fields = fields.into_iter().map(
        |(name, value)| {
            if named { format!("{name}:{colon}{value}") } else { value }
        },
    );
    let fields = fields.collect::<Vec<_>>().join(&format!(",{comma}"));
    format!("{open}{brace}{fields}{brace}{close}")
}

fn rearrange(tape: &mut Tape<'_>, fields: &mut Vec<(&'static str, String)>) {
    let (one, other) = (tape.place(fields.len()), tape.place(fields.len()));
    match tape.below(5) {
        0 => _ = fields.remove(one),
        1 => fields.swap(one, other),
        2 => fields.insert(other, fields[one].clone()),
        3 => {
            let names = ["\"new\"", "\"Power\"", "\"state2\"", "\"\"", "\"device_i\\u0064x\""];
            let values = [
                "1",
                "null",
                "\"x\"",
                "{\"a\":[1,{\"b\":null}]}",
                "[[[[]]]]",
                "\"\\ud800\"",
                "[1,]",
                "{\"a\"}",
                "01",
                "1e999",
            ];
            let field = (*tape.pick(&names), (*tape.pick(&values)).to_owned());
            fields.insert(one, field);
        }
        _ => {
            let names = [
                "\"status\"",
                "\"st\\u0061te\"",
                "\"connector_id\"",
                "state",
                "\"state",
                "\"timestamp\"",
                "\"power\" ",
            ];
            fields[one].0 = *tape.pick(&names);
        }
    }
}

fn connector(tape: &mut Tape<'_>, spaces: [&str; 3]) -> String {
    if tape.odd() {
        return (*tape.pick(&["{}", "null", "[]", "1", "{,}", "{\"a\":1,}", "{\"connector_id\":1,}"])).to_owned();
    }
    let connector_id = if tape.odd() {
        number(tape)
    } else {
        (tape.below(12) + 1).to_string()
    };
    let mut fields = vec![("\"connector_id\"", connector_id), ("\"state\"", state(tape))];
    for name in ["\"power\"", "\"energy_delivered\"", "\"soc\""] {
        fields.push((name, number(tape)));
    }
    // The documented order with less in it is not odd.
    let left_out = tape.below(16);
    if (1..=5).contains(&left_out) {
        fields.truncate(usize::try_from(left_out).unwrap_or_default());
    }
    object(tape, fields, spaces)
}

fn number(tape: &mut Tape<'_>) -> String {
    const ODD: [&str; 47] = [
        "-0",
        "-0.0",
        "00",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "-.5",
        "1e",
        "1e+",
        "1E5",
        "1e-7",
        "12.5e+003",
        "1e400",
        "-1e-400",
        "0e999",
        "1e23",
        "123e-25",
        "5e-324",
        "9007199254740993",
        "18446744073709551616",
        "-9223372036854775809",
        "0x1",
        "NaN",
        "Infinity",
        "1_0",
        "null",
        "nul",
        "nulll",
        "-null",
        "true",
        "\"1\"",
        "[]",
        "{}",
        "",
        "4294967295",
        "4294967296",
        "1.0",
        "2.0000000000000000000000001",
        "0.1e1",
        "1 2",
        "١",
        "1.5.5",
        "1-2",
        "1.e5",
        "1e-9223372036854775808",
    ];
    let sign = if tape.below(5) == 4 { "-" } else { "" };
    if tape.odd() {
        return (*tape.pick(&ODD)).to_owned();
    }
    match tape.below(16) {
        0..=8 => {
            let (places, thousandths) = (tape.place(5), tape.below(60_000));
            format!("{sign}{:.places$}", thousandths as f64 / 1000.0)
        }
        9..=11 => format!("{sign}{}", tape.below(101)),
        12 => "null".to_owned(),
        // Any float at all, as it is usually written.
        13 => Some(f64::from_bits(tape.below(u64::MAX)))
            .filter(|number| number.is_finite())
            .map_or_else(String::new, |number| format!("{number:?}")),
        14 => format!("{sign}{}", tape.below(u64::MAX) >> tape.below(64)),
        _ => {
            let (whole, fraction) = (digits(tape, 24), digits(tape, 24));
            let power = match tape.below(3) {
                0 => String::new(),
                1 => format!("e{}", tape.below(30)),
                _ => format!("E-{}", tape.below(30)),
            };
            format!("{sign}{whole}.{fraction}{power}")
        }
    }
}

fn digits(tape: &mut Tape<'_>, most: u64) -> String {
    let count = tape.below(most) + 1;
    (0..count).map(|_| char::from(b'0' + tape.byte() % 10)).collect()
}

fn timestamp(tape: &mut Tape<'_>) -> String {
    const ODD: [&str; 24] = [
        "",
        "now",
        "2025-03-15",
        "2025-03-15T11:05Z",
        "2025-03-15 11:05:00Z",
        "2025-03-15t11:05:00Z",
        "20250315T110500Z",
        "2025-02-29T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-30T22:00:00.999999999Z",
        "-000001-01-01T00:00:00Z",
        "+002025-03-15T11:05:00Z",
        "0000-01-01T00:00:00Z",
        "2025-03-15T11:05:60Z",
        "2016-12-31T23:59:60Z",
        "2025-03-15T24:00:00Z",
        "2025-03-15T11:05:00,5Z",
        "2025-03-15T11:05:00.Z",
        "1969-12-31T23:59:59.9999999Z",
        "2025-03-15T11:05:0 Z",
        "2025-03-15T1١:05:00Z",
        "2025\\u002d03-15T11:05:00Z",
        "2025-03-15T11:05:00.0000000001Z",
        "2025-03-15T11:05:00.123Z\\u0000",
    ];
    if tape.odd() {
        return format!("\"{}\"", tape.pick(&ODD));
    }
    let mut zone = *tape.pick(&["Z", "Z", "Z", "Z", "+00:00", ""]);
    if tape.odd() {
        zone = *tape.pick(&[
            "z", "-00:00", "+01:00", "-23:59", "+25:59", "+0000", "Z[UTC]", " Z", "\u{0}Z",
        ]);
    }
    let fraction = match tape.below(4) {
        0 | 1 => format!(".{:03}", tape.below(1000)),
        2 => String::new(),
        _ => format!(".{}", digits(tape, 9)),
    };
    let mut parts = [2025, 3, 15, 11, 5, 0];
    parts[5] = tape.below(60);
    parts[4] = tape.below(3);
    if tape.below(8) == 7 {
        let ends = [10_000, 14, 33, 26, 62, 63];
        let place = tape.place(6);
        parts[place] = tape.below(ends[place]);
    }
    let [year, month, day, hour, minute, second] = parts;
    format!("\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}\"")
}

fn id(tape: &mut Tape<'_>) -> String {
    const USUAL: [&str; 6] = [
        "dvc_0123456789abcdef",
        "dvc_0123456789abcde0",
        "dvc_1",
        "d",
        "é🔌",
        "8f7e6d5c-4b3a-2910-8f7e-6d5c4b3a2910",
    ];
    text(tape, &USUAL)
}

fn state(tape: &mut Tape<'_>) -> String {
    text(
        tape,
        &[
            "charging",
            "idle",
            "discharging",
            "fault",
            "unavailable",
            "preparing",
            "preparing2",
        ],
    )
}

fn text(tape: &mut Tape<'_>, usual: &[&str]) -> String {
    const ODD: [&str; 25] = [
        "\"\"",
        "\"a\\nb\"",
        "\"\\u0064\"",
        "\"\\\\u0064\"",
        "\"\\ud83d\\udd0c\"",
        "\"\\ud800\"",
        "\"\\x\"",
        "\"a\tb\"",
        "\"\u{7f}\"",
        "\"\0\"",
        "\"null",
        "\"null\"",
        "null",
        "nul",
        "7",
        "true",
        "[]",
        "\"🔌\"",
        "\"é\\\"é\"",
        "\"\"\"",
        "\"charging\\u0000\"",
        "\"Charging\"",
        "\"chargin\"",
        "'idle'",
        "\"dvc_0123456789abc\\ndef\"",
    ];
    if tape.odd() {
        return (*tape.pick(&ODD)).to_owned();
    }
    if tape.below(16) < 15 {
        return format!("\"{}\"", tape.pick(usual));
    }
    let letters = ['a', 'z', '0', '_', ' ', 'é', '🔌', '~'];
    let count = tape.below(40);
    let text: String = (0..count).map(|_| *tape.pick(&letters)).collect();
    format!("\"{text}\"")
}
