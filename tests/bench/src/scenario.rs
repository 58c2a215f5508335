//! What a client is to be sent, written as the path of the base URL: so one server serves every benchmark, and a client
//! needs no more than its own setting to choose.

use std::fmt;

/// Odd, so that it has an inverse, and every index an id of its own.
const SPREAD: usize = 0x9E37_79B9_7F4B;
/// Times `SPREAD` it is 1.
const INVERSE: usize = 0x393D_EE21_9263;
const MASK: usize = 0xFFFF_FFFF_FFFF;

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
}

impl Scenario {
    /// The id of a device. Any language makes it with one multiplication, and it looks as random as a platform's.
    pub fn device_id(index: usize) -> String {
        format!("dvc_{:012x}", index.wrapping_mul(SPREAD) & MASK)
    }

    /// The device that has this id.
    pub fn device_index(id: &str) -> Option<usize> {
        let bits = usize::from_str_radix(id.strip_prefix("dvc_")?, 16).ok()?;
        Some(bits.wrapping_mul(INVERSE) & MASK)
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
        let sound = devices > 0 && (1..=9).contains(&connectors);
        sound.then_some(Self {
            frames,
            devices,
            connectors,
            pattern,
        })
    }
}

/// `FRAMES-DEVICES-CONNECTORS-PATTERN`.
impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}-", self.frames, self.devices, self.connectors)?;
        match self.pattern {
            Pattern::Coalesced => f.write_str("coalesced"),
            Pattern::Single => f.write_str("single"),
            Pattern::Paced(rate) => write!(f, "paced{rate}"),
        }
    }
}
