//! Whatever the text, the fast way and the general way agree: on whether it is a frame, and on every row of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tellus_core::probe;

fuzz_target!(|text: &str| probe::compare(text));
