//! The rows of one frame while it is read: nothing of them stays unless all of the frame is valid.

use super::{
    super::{
        columns::{Columns, FIRST, READING, Row},
        names::{Dictionary, LAST_STATE},
    },
    codes::Codes,
};

/// What a connector told; `flags` say which of it.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) connector: u32,
    pub(super) state: u8,
    pub(super) power: f64,
    pub(super) energy_delivered: f64,
    pub(super) soc: f64,
    pub(super) flags: u8,
}

/// What is the same for all rows of a frame. A frame that names its device last fills it in afterwards.
#[derive(Default, Clone, Copy)]
pub(super) struct Head {
    pub(super) device: u32,
    pub(super) timestamp: i64,
    pub(super) received_at: i64,
}

/// States met on this connection, and those of the present frame that are new.
pub(super) struct States {
    codes: Codes,
    /// The new ones: their rows, and where each ends in `texts`.
    new: Vec<(usize, usize)>,
    texts: String,
}

impl States {
    pub(super) fn new() -> Self {
        Self {
            codes: Codes::new(),
            new: Vec::new(),
            texts: String::new(),
        }
    }

    /// The code of a state, if it is known.
    pub(super) fn code(&self, name: &[u8]) -> Option<u8> {
        // Compared as a whole: five comparisons of known length are less than one hash.
        Some(match name {
            b"charging" => 1,
            b"idle" => 0,
            b"discharging" => 2,
            b"fault" => 3,
            b"unavailable" => 4,
            _ => return u8::try_from(self.codes.get(name)?).ok(),
        })
    }

    /// Asks for the codes of the new states. One without a code of its own is asked for again each time, so that made
    /// up states do not fill the memory.
    #[cold]
    fn settle(&mut self, columns: &mut Columns, names: &Dictionary) {
        let mut start = 0;
        for (row, end) in self.new.drain(..) {
            let name = &self.texts[start..end];
            let code = names.state(name);
            if code != LAST_STATE && self.codes.get(name.as_bytes()).is_none() {
                self.codes.insert(code.into(), names.names().states);
            }
            columns.state[row] = code;
            start = end;
        }
        self.texts.clear();
    }
}

/// A frame's rows at the end of the columns.
pub(super) struct Draft<'a> {
    pub(super) states: &'a mut States,
    columns: &'a mut Columns,
    start: usize,
}

impl<'a> Draft<'a> {
    #[inline]
    pub(super) fn new(columns: &'a mut Columns, states: &'a mut States) -> Self {
        let start = columns.len();
        Self { states, columns, start }
    }

    /// Adds the row of a connector.
    #[inline]
    pub(super) fn push(&mut self, head: Head, reading: Reading) {
        let first = if self.columns.len() == self.start { FIRST } else { 0 };
        self.columns.push(Row {
            device: head.device,
            timestamp: head.timestamp,
            received_at: head.received_at,
            connector: reading.connector,
            state: reading.state,
            power: reading.power,
            energy_delivered: reading.energy_delivered,
            soc: reading.soc,
            flags: reading.flags | READING | first,
        });
    }

    /// Remembers that the row which is pushed next has a state without a code.
    #[cold]
    pub(super) fn new_state(&mut self, name: &str) {
        self.states.texts.push_str(name);
        self.states.new.push((self.columns.len(), self.states.texts.len()));
    }

    /// Writes the head into all rows.
    #[cold]
    pub(super) fn set_head(&mut self, head: Head) {
        self.columns.device[self.start..].fill(head.device);
        self.columns.timestamp[self.start..].fill(head.timestamp);
        self.columns.received_at[self.start..].fill(head.received_at);
    }

    /// Makes the rows final. A frame without connectors gets the one row that stands for it.
    #[inline]
    pub(super) fn finish(self, head: Head, names: &Dictionary) {
        if self.columns.len() == self.start {
            self.columns.push(Row {
                device: head.device,
                timestamp: head.timestamp,
                received_at: head.received_at,
                connector: 0,
                state: 0,
                power: 0.0,
                energy_delivered: 0.0,
                soc: 0.0,
                flags: FIRST,
            });
        }
        if !self.states.new.is_empty() {
            self.states.settle(self.columns, names);
        }
    }

    /// Forgets the rows, so that the frame can be read again, or not at all.
    #[cold]
    pub(super) fn discard(&mut self) {
        self.columns.truncate(self.start);
        self.states.new.clear();
        self.states.texts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::names::KNOWN_STATES;

    #[test]
    fn the_states_of_the_schema_have_their_fixed_codes() {
        let states = States::new();
        for (code, name) in KNOWN_STATES.iter().enumerate() {
            assert_eq!(states.code(name.as_bytes()).map(usize::from), Some(code), "{name}");
        }
        assert_eq!(states.code(b"preparing"), None);
    }
}
