//! Telemetry messages in the documented form, the same ones in every run.

use std::fmt::Write;

const DEVICES: usize = 1000;
const STATES: [&str; 4] = ["idle", "charging", "charging", "discharging"];

/// A message for each of a thousand devices, with a reading for each of so many connectors, over half a minute.
#[must_use]
pub fn documented(connectors: usize) -> Vec<String> {
    let mut random = Random(connectors as u64 + 1);
    (0..DEVICES).map(|_| message(&mut random, connectors)).collect()
}

/// The same with white space as nobody expects it.
#[must_use]
pub fn unusual(connectors: usize) -> Vec<String> {
    let mut messages = documented(connectors);
    for message in &mut messages {
        *message = message.replacen("{\"device_id\":", "{ \"device_id\": ", 1);
    }
    messages
}

fn message(random: &mut Random, connectors: usize) -> String {
    let mut text = format!(
        r#"{{"device_id":"dvc_{:016x}","timestamp":"2025-03-15T11:05:{:02}.{:03}Z","connectors":["#,
        random.next() ^ random.next() << 31,
        random.below(30),
        random.below(1000)
    );
    for connector in 1..=connectors {
        if connector > 1 {
            text.push(',');
        }
        let state = STATES[random.below(STATES.len())];
        let power = random.below(22_000) as f64 / 1000.0;
        let energy = random.below(60_000) as f64 / 1000.0;
        let soc = random.below(101);
        // Into a `String`, which takes everything. Floats as serializers write them: whole ones with a zero.
        let _ = write!(
            text,
            r#"{{"connector_id":{connector},"state":"{state}","power":{power:?},"energy_delivered":{energy:?},"soc":{soc}}}"#
        );
    }
    text.push_str("]}");
    text
}

/// Numbers without a pattern that matters, the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.0 >> 33
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }
}
