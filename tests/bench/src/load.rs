//! Frames, rendered ahead of time as the bytes that go over the wire.

use std::{collections::HashSet, io::Write};

use jiff::{SignedDuration, Timestamp};

use crate::scenario::Scenario;

/// When the first frame was read, in ms since 1970: some day.
const EPOCH: i64 = 1_773_572_700_000;
/// How far the devices' clocks are apart, in ms.
const SKEW: u64 = 2000;

/// WebSocket messages (unmasked, as servers send them) one after the other.
#[derive(Debug, Default)]
pub struct Load {
    /// The messages with their headers.
    pub wire: Vec<u8>,
    /// Where each message ends.
    ends: Vec<usize>,
    /// Which device each is of.
    devices: Vec<usize>,
}

/// Where the timestamp stands in a frame: behind `{"device_id":"dvc_............","timestamp":"`.
pub const TIMESTAMP_AT: usize = 14 + 16 + 15;

impl Load {
    /// Renders all frames of a scenario.
    pub fn render(scenario: &Scenario) -> Self {
        let ids: Vec<String> = scenario.device_ids().collect();
        let mut load = Self::default();
        let mut random = Random(0x2545_F491_4F6C_DD1D);
        let mut text = Vec::new();
        for index in 0..scenario.frames {
            let device = if index < scenario.devices {
                index
            } else {
                random.below(scenario.devices as u64) as usize
            };
            text.clear();
            frame(&mut text, &ids[device], device, index, scenario.connectors, &mut random);
            load.push(&text, device);
        }
        load
    }

    /// What a connection is sent that asked for these devices.
    #[must_use]
    pub fn of(&self, devices: &HashSet<usize>) -> Self {
        let last = self.devices.iter().max().copied().unwrap_or_default();
        let asked: Vec<bool> = (0..=last).map(|device| devices.contains(&device)).collect();
        let mut load = Self::default();
        let mut start = 0;
        for (device, end) in self.devices.iter().zip(&self.ends) {
            if asked[*device] {
                load.wire.extend_from_slice(&self.wire[start..*end]);
                load.ends.push(load.wire.len());
            }
            start = *end;
        }
        load
    }

    /// The messages, one by one.
    pub fn messages(&self) -> impl Iterator<Item = &[u8]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.wire[start..*end])
    }

    #[expect(clippy::cast_possible_truncation, reason = "frames are shorter than 64 KiB")]
    fn push(&mut self, text: &[u8], device: usize) {
        // FIN and "text"; lengths beyond 125 stand in two bytes.
        self.wire.push(0x81);
        match u8::try_from(text.len()) {
            Ok(short @ ..=125) => self.wire.push(short),
            _ => {
                self.wire.push(126);
                self.wire.extend_from_slice(&(text.len() as u16).to_be_bytes());
            }
        }
        self.wire.extend_from_slice(text);
        self.ends.push(self.wire.len());
        self.devices.push(device);
    }
}

/// Appends one frame in the documented shape: 171 bytes with one connector, 85 more for each other.
fn frame(out: &mut Vec<u8>, id: &str, device: usize, index: usize, connectors: usize, random: &mut Random) {
    let skew = (device as u64).wrapping_mul(0x9E37_79B9) % SKEW;
    let at = Timestamp::from_millisecond(EPOCH).unwrap_or_default()
        + SignedDuration::from_millis(index as i64 + skew as i64);
    let _ = write!(out, r#"{{"device_id":"{id}","timestamp":"{at:.3}","connectors":["#);
    for connector in 1..=connectors {
        let charge = 100 + random.below(890);
        let (state, sign, power) = match random.below(16) {
            0 => ("discharging", "-", charge),
            1 => ("idle", "", 0),
            _ => ("charging", "", charge),
        };
        let energy = 1000 + random.below(8900);
        let soc = 10 + random.below(90);
        let separator = if connector == 1 { "" } else { "," };
        let _ = write!(
            out,
            r#"{separator}{{"connector_id":{connector},"state":"{state}","power":{sign}{}.{:02},"energy_delivered":{}.{:02},"soc":{soc}}}"#,
            power / 100,
            power % 100,
            energy / 100,
            energy % 100,
        );
    }
    out.extend_from_slice(b"]}");
}

/// Numbers that look random and are the same every time (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }
}
