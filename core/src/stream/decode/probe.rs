//! The decoder for the fuzzer and the benchmarks, which stand outside of this crate. No part of the interface.

#![doc(hidden)]
#![allow(missing_docs, clippy::new_without_default, reason = "not for use")]

use std::sync::Arc;

use super::{
    super::columns::Columns,
    Path,
    both::{Both, SEPARATOR},
};

/// Rows after which the columns are begun anew, as they are when a batch is taken away.
const BATCH: usize = 4096;

/// Reads the messages in `text` both ways, twice, and panics if anything differs.
pub fn compare(text: &str) {
    let mut both = Both::new();
    for message in text.split(SEPARATOR).chain(text.split(SEPARATOR)) {
        both.read(message);
    }
}

/// One connection's decoder with columns to write into.
pub struct Decoder {
    decoder: super::Decoder,
    rows: Columns,
}

impl Decoder {
    pub fn new() -> Self {
        Self {
            decoder: super::Decoder::new(Arc::default()),
            rows: Columns::default(),
        }
    }

    /// Reads a message. Whether it went the fast way; `None` if it is no frame.
    #[inline]
    pub fn read(&mut self, text: &str) -> Option<bool> {
        if self.rows.len() > BATCH {
            self.rows.clear();
        }
        let path = self.decoder.frame(text, 0, &mut self.rows).ok()?;
        Some(path == Path::Fast)
    }

    /// Reads a message the general way. Whether it is a frame.
    #[inline]
    pub fn read_general(&mut self, text: &str) -> bool {
        if self.rows.len() > BATCH {
            self.rows.clear();
        }
        self.decoder.general(text, 0, &mut self.rows).is_ok()
    }
}
