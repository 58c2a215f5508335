//! Bytes that decide what batches hold, and what becomes of a block. Where they end, zeros follow.
//!
//! Six numbers of one byte: states, devices, devices that come between the batches, rows of the first batch, rows of the
//! second, pieces of damage. Then the states and the devices, each as a length of one byte and so many bytes; the rows; the
//! damage. All numbers are little-endian.

use std::sync::Arc;

use tellus_core::{
    Frames, Names, Texts,
    columns::{Columns, FIRST, Row, STATE},
};

pub(super) struct Tape<'a> {
    rest: &'a [u8],
    damages: u8,
}

impl<'a> Tape<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            damages: 0,
        }
    }

    /// Two batches of one stream, which meets further devices between them.
    pub(super) fn batches(&mut self) -> [Frames; 2] {
        let [states, devices, more, rows, more_rows, damages] = self.take();
        self.damages = damages;
        let states: Vec<String> = (0..states).map(|_| self.text()).collect();
        let all: Vec<String> = (0..u16::from(devices) + u16::from(more)).map(|_| self.text()).collect();
        let known = &all[..usize::from(devices)];
        [self.batch(rows, known, &states), self.batch(more_rows, &all, &states)]
    }

    /// Changes what the tape says in a block.
    pub(super) fn damage(&mut self, block: &mut Vec<u8>) {
        for _ in 0..self.damages {
            let [kind, value] = self.take();
            let at = usize::from(u16::from_le_bytes(self.take())) % (block.len() + 1);
            match kind % 5 {
                0 if at < block.len() => block[at] ^= value,
                1 => block.truncate(at),
                2 => block.insert(at, value),
                3 if at < block.len() => drop(block.remove(at)),
                // A number of the head, or what follows it.
                _ => {
                    let (at, number) = (4 + 4 * usize::from(value % 8), self.take::<4>());
                    if let Some(place) = block.get_mut(at..at + 4) {
                        place.copy_from_slice(&number);
                    }
                }
            }
        }
    }

    fn batch(&mut self, rows: u8, devices: &[String], states: &[String]) -> Frames {
        let texts = |texts: &[String]| -> Arc<Texts> { Arc::new(texts.iter().map(String::as_str).collect()) };
        let names = Names {
            devices: texts(devices),
            states: texts(states),
        };
        let mut columns = Columns::default();
        // Every row is a device's.
        for index in (0..rows).take_while(|_| !devices.is_empty()) {
            columns.push(self.row(index == 0, devices.len(), states.len()));
        }
        Frames::from_parts(columns, names).expect("every code has a text")
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a tape names at most 510 devices and 255 states"
    )]
    fn row(&mut self, first: bool, devices: usize, states: usize) -> Row {
        let [mut flags, state] = self.take();
        let device = u32::from(u16::from_le_bytes(self.take())) % devices as u32;
        if first {
            flags |= FIRST;
        }
        if states == 0 {
            flags &= !STATE;
        }
        Row {
            device,
            timestamp: i64::from_le_bytes(self.take()),
            received_at: i64::from_le_bytes(self.take()),
            connector: u32::from_le_bytes(self.take()),
            // Where no state is told any code may stand.
            state: if flags & STATE == 0 {
                state
            } else {
                state % states as u8
            },
            power: f64::from_le_bytes(self.take()),
            energy_delivered: f64::from_le_bytes(self.take()),
            soc: f64::from_le_bytes(self.take()),
            flags,
        }
    }

    fn text(&mut self) -> String {
        let [length] = self.take();
        let (text, rest) = self.rest.split_at(self.rest.len().min(length.into()));
        self.rest = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.rest.split_at(self.rest.len().min(N));
        self.rest = rest;
        let mut bytes = [0; N];
        bytes[..taken.len()].copy_from_slice(taken);
        bytes
    }
}
