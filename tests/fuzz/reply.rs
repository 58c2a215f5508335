//! Whatever the reply, it is a payload or an error that fits it, and both ways to read it agree.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tellus_core::fuzzing;

fuzz_target!(|bytes: &[u8]| fuzzing::reply(bytes));
