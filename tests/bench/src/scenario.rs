//! What a client is to be sent, written as the path of the base URL: so one server serves every benchmark, and a client
//! needs no more than its own setting to choose.

use std::fmt;

/// How frames are cut into writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// As many as fit 64 KiB, as a busy server's buffer goes out.
    Coalesced,
    /// One write for each frame.
    Single,
    /// This many frames a second, one write for each, with the time of sending as their timestamp.
    Paced(u32),
}

/// A stream of frames. Two clients with the same scenario are sent the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// How many frames, over all connections of a client.
    pub frames: usize,
    /// Of how many devices. The first frames name each device once; then they come at random.
    pub devices: usize,
    /// How many connectors each device has.
    pub connectors: usize,
    /// How they are written.
    pub pattern: Pattern,
    /// Whether frames of all devices are sent, also of those that were not asked for.
    pub unasked: bool,
}

impl Scenario {
    /// The id of a device. Any language makes it with one multiplication, and it looks as random as a platform's.
    pub fn device_id(index: usize) -> String {
        format!("dvc_{:012x}", index.wrapping_mul(0x9E37_79B9_7F4B) & 0xFFFF_FFFF_FFFF)
    }

    /// The ids of all its devices.
    pub fn device_ids(&self) -> impl Iterator<Item = String> + use<> {
        (0..self.devices).map(Self::device_id)
    }

    /// Reads the scenario off the beginning of a path, as [`fmt::Display`] writes it.
    pub fn parse(path: &str) -> Option<Self> {
        let mut parts = path.trim_start_matches('/').split('/').next()?.split('-');
        let mut number = || parts.next()?.parse().ok();
        let (frames, devices, connectors) = (number()?, number()?, number()?);
        let pattern = match parts.next()? {
            "coalesced" => Pattern::Coalesced,
            "single" => Pattern::Single,
            rate => Pattern::Paced(rate.strip_prefix("paced")?.parse().ok().filter(|rate| *rate > 0)?),
        };
        let unasked = parts.next() == Some("unasked");
        let sound = devices > 0 && (1..=9).contains(&connectors);
        sound.then_some(Self {
            frames,
            devices,
            connectors,
            pattern,
            unasked,
        })
    }
}

/// `FRAMES-DEVICES-CONNECTORS-PATTERN`, with `-unasked` behind it if so.
impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}-", self.frames, self.devices, self.connectors)?;
        match self.pattern {
            Pattern::Coalesced => f.write_str("coalesced"),
            Pattern::Single => f.write_str("single"),
            Pattern::Paced(rate) => write!(f, "paced{rate}"),
        }?;
        f.write_str(if self.unasked { "-unasked" } else { "" })
    }
}
