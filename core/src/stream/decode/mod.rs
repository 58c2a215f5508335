//! From the text of a message to rows.
//!
//! Nearly all frames look the same, so they are read by comparing them with what is expected ([`fast`]). Whatever
//! differs in the least is read again by serde ([`general`]), which decides alone what is valid: so the fast way can only
//! ever save time. Tests hold the two against each other; `make fuzz` looks for what they leave out.

#[cfg(any(test, feature = "fuzzing"))]
mod both;
mod codes;
mod draft;
mod fast;
mod general;
mod moment;
mod number;
#[cfg(feature = "fuzzing")]
pub mod probe;
#[cfg(test)]
mod property;
#[cfg(any(test, feature = "fuzzing"))]
mod record;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use self::{
    codes::Codes,
    draft::{Draft, Head, States},
    moment::Minute,
};
use super::{columns::Columns, names::Dictionary};

/// Reads the messages of one connection.
pub(super) struct Decoder {
    names: Arc<Dictionary>,
    devices: Codes,
    /// The length of the last device's id: likely that of the next.
    length: usize,
    states: States,
    minute: Minute,
}

/// Which way a frame was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    /// By comparing with the documented form.
    Fast,
    /// By serde.
    General,
}

/// Why a message is no frame.
#[derive(Debug)]
pub(super) enum DecodeError {
    /// It is not JSON, or not in the form of a frame.
    Invalid(serde_json::Error),
    /// Its device is new, and too many devices that nobody asked for came before.
    TooManyDevices,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::TooManyDevices => f.write_str("the device was not asked for, like too many others before"),
        }
    }
}

impl Decoder {
    pub(super) fn new(names: Arc<Dictionary>) -> Self {
        Self {
            names,
            devices: Codes::new(),
            length: 0,
            states: States::new(),
            minute: Minute::default(),
        }
    }

    /// Adds the frame's rows to `out`. After an error `out` is as it was, and no code was given out.
    pub(super) fn frame(&mut self, text: &str, received_at: i64, out: &mut Columns) -> Result<Path, DecodeError> {
        let mut draft = Draft::new(out, &mut self.states);
        let known = fast::Known {
            devices: &self.devices,
            length: &mut self.length,
            minute: &mut self.minute,
        };
        let Some(found) = fast::frame(text, received_at, known, &mut draft) else {
            // It gives up where it stands, so that there may be rows.
            draft.discard();
            return self.general(text, received_at, out);
        };
        let mut head = found.head;
        if found.code.is_none() {
            // Part of a valid text, cut at quotes: this does not fail.
            let id = String::from_utf8_lossy(found.id);
            let Some(device) = device(&mut self.devices, &self.names, &id) else {
                draft.discard();
                return Err(DecodeError::TooManyDevices);
            };
            head.device = device;
            draft.set_head(head);
        }
        draft.finish(head, &self.names);
        Ok(Path::Fast)
    }

    #[cold]
    fn general(&mut self, text: &str, received_at: i64, out: &mut Columns) -> Result<Path, DecodeError> {
        let mut draft = Draft::new(out, &mut self.states);
        let found = match general::frame(text, &mut draft) {
            Ok(found) => found,
            Err(error) => {
                draft.discard();
                return Err(DecodeError::Invalid(error));
            }
        };
        let Some(device) = device(&mut self.devices, &self.names, &found.id) else {
            draft.discard();
            return Err(DecodeError::TooManyDevices);
        };
        let head = Head {
            device,
            timestamp: found.timestamp,
            received_at,
        };
        draft.set_head(head);
        draft.finish(head, &self.names);
        Ok(Path::General)
    }
}

/// The code of a device, which is kept. `None` if there are too many.
fn device(devices: &mut Codes, names: &Dictionary, id: &str) -> Option<u32> {
    if let Some(code) = devices.get(id.as_bytes()) {
        return Some(code);
    }
    let (code, texts) = names.device(id)?;
    // An id with a backslash in it would be taken for another one that is escaped. It is asked for each time.
    if fast::is_plain(id.as_bytes()) {
        devices.insert(code, texts);
    }
    Some(code)
}
