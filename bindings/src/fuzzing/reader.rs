//! A reader of blocks of rows, written from the layout that stands at the head of `rows.rs` and not from the code beneath
//! it. It trusts no number, and refuses whatever is not exactly as laid down.

use std::ops::Range;

use tellus_core::columns::Row;

/// Why a block is none.
type Refusal = &'static str;

const FIRST: u8 = 1;
const STATE: u8 = 8;

/// One stream's reader.
#[derive(Debug, Clone, Default)]
pub(super) struct Reader {
    /// Ids of the devices that it was told, by their code.
    pub(super) devices: Vec<String>,
}

/// What a block holds.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) rows: Vec<Row>,
    /// Which rows belong together.
    pub(super) frames: Vec<Range<usize>>,
    pub(super) first_device: u32,
    pub(super) states: Vec<String>,
}

impl Reader {
    /// Reads a block. One that is refused leaves the reader as it was.
    pub(super) fn read(&mut self, block: &[u8]) -> Result<Block, Refusal> {
        let mut bytes = Bytes(block);
        if bytes.u16()? != 1 {
            return Err("another version");
        }
        if bytes.u16()? != 56 {
            return Err("rows of another length");
        }
        let (count, frames, first_device) = (bytes.u32()?, bytes.u32()?, bytes.u32()?);
        let (told, states) = (bytes.u32()?, bytes.u32()?);
        let rows = (0..count).map(|_| bytes.row()).collect::<Result<Vec<Row>, _>>()?;
        let states = (0..states).map(|_| bytes.text()).collect::<Result<Vec<String>, _>>()?;
        let told = (0..told).map(|_| bytes.text()).collect::<Result<Vec<String>, _>>()?;
        if !bytes.0.is_empty() {
            return Err("bytes behind its end");
        }
        let devices = self.with(first_device as usize, told)?;
        for row in &rows {
            if row.device as usize >= devices.len() {
                return Err("a device that nobody told");
            }
            if row.flags & STATE != 0 && usize::from(row.state) >= states.len() {
                return Err("a state that nobody told");
            }
        }
        let found = grouped(&rows)?;
        if found.len() != frames as usize {
            return Err("another number of frames");
        }
        self.devices = devices;
        Ok(Block {
            rows,
            frames: found,
            first_device,
            states,
        })
    }

    /// The table of devices with what a block tells. Codes never change, and tables only grow.
    fn with(&self, first: usize, told: Vec<String>) -> Result<Vec<String>, Refusal> {
        let again = self.devices.get(first..).ok_or("devices before it are missing")?;
        if !told.starts_with(again) {
            return Err("devices that were told otherwise before");
        }
        Ok([self.devices[..first].to_vec(), told].concat())
    }
}

/// Which rows belong to which frame.
fn grouped(rows: &[Row]) -> Result<Vec<Range<usize>>, Refusal> {
    let mut frames: Vec<Range<usize>> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if row.flags & FIRST != 0 {
            frames.push(index..index + 1);
        } else {
            frames.last_mut().ok_or("it begins within a frame")?.end = index + 1;
        }
    }
    Ok(frames)
}

/// What has not been read yet.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or("it ends too early")?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u16(&mut self) -> Result<u16, Refusal> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, Refusal> {
        self.take().map(u32::from_le_bytes)
    }

    fn i64(&mut self) -> Result<i64, Refusal> {
        self.take().map(i64::from_le_bytes)
    }

    fn f64(&mut self) -> Result<f64, Refusal> {
        self.take().map(f64::from_le_bytes)
    }

    fn row(&mut self) -> Result<Row, Refusal> {
        let (timestamp, received_at) = (self.i64()?, self.i64()?);
        let (power, energy_delivered, soc) = (self.f64()?, self.f64()?, self.f64()?);
        let (device, connector) = (self.u32()?, self.u32()?);
        let [state, flags] = self.take()?;
        if self.take()? != [0; 6] {
            return Err("something in the place of zeros");
        }
        Ok(Row {
            device,
            timestamp,
            received_at,
            connector,
            state,
            power,
            energy_delivered,
            soc,
            flags,
        })
    }

    fn text(&mut self) -> Result<String, Refusal> {
        let length = self.u32()? as usize;
        let (text, rest) = self.0.split_at_checked(length).ok_or("a text ends too early")?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| "a text that is none")
    }
}
