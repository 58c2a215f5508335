//! decode_count WAY CONNECTORS FRAMES: reads so many frames, for a tool that counts instructions. Run twice with different
//! numbers of frames, the difference is what the frames cost: see .ci/bench-decode.

#![allow(clippy::unwrap_used, reason = "a benchmark, not an interface")]

use std::hint::black_box;

use tellus_bench::{baseline, frames};
use tellus_core::probe::Decoder;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, connectors, count] = arguments.as_slice() else {
        panic!("decode_count fast|general|baseline CONNECTORS FRAMES");
    };
    let messages = frames::documented(connectors.parse().unwrap());
    let messages = messages.iter().cycle().take(count.parse().unwrap());
    let mut decoder = Decoder::new();
    match way.as_str() {
        "fast" => messages.for_each(|message| assert_eq!(decoder.read(black_box(message)), Some(true))),
        "general" => messages.for_each(|message| assert!(decoder.read_general(black_box(message)))),
        "baseline" => messages.for_each(|message| {
            black_box(baseline::read(black_box(message)).unwrap());
        }),
        other => panic!("no such way: {other}"),
    }
}
