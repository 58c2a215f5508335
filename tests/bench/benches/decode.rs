//! What it costs to read a telemetry message: the SDK's decoder, which puts it into columns, beside what a careful program
//! would write by hand, which keeps nothing.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark, not an interface")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tellus_bench::{baseline, frames};
use tellus_core::probe::Decoder;

fn decode(criterion: &mut Criterion) {
    for connectors in [1, 2] {
        let name = format!("a thousand messages of {connectors} connector(s)");
        let mut group = criterion.benchmark_group(name);
        let messages = frames::documented(connectors);
        group.throughput(Throughput::Elements(messages.len() as u64));
        let mut decoder = Decoder::new();
        group.bench_function("tellus", |bencher| {
            bencher.iter(|| {
                for message in &messages {
                    assert_eq!(decoder.read(black_box(message)), Some(true));
                }
            });
        });
        let unusual = frames::unusual(connectors);
        group.bench_function("tellus, unusual white space", |bencher| {
            bencher.iter(|| {
                for message in &unusual {
                    assert_eq!(decoder.read(black_box(message)), Some(false));
                }
            });
        });
        group.bench_function("by hand: serde and jiff", |bencher| {
            bencher.iter(|| {
                for message in &messages {
                    black_box(baseline::read(black_box(message)).unwrap());
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
