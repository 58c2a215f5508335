//! Whatever a batch holds, another reader sees the same in its block of rows; and whatever a block holds, it is read as it
//! is or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tellus_ffi::fuzzing;

fuzz_target!(|bytes: &[u8]| fuzzing::rows(bytes));
