//! What it costs to get frames through the mailbox: from a socket of this machine to a consumer that takes them in batches
//! of several sizes, under each policy. The mailbox has no door of its own, so the way to it is measured, too; it is the
//! same for all, and the differences are the mailbox's.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark, not an interface")]

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tellus_bench::{
    contender::Job,
    scenario::{Pattern, Scenario},
    sdk, server,
};
use tellus_core::config::OverflowPolicy;

const SCENARIO: Scenario = Scenario {
    frames: 200_000,
    devices: 1000,
    connectors: 1,
    pattern: Pattern::Coalesced,
};
const WAYS: [(&str, OverflowPolicy, usize); 5] = [
    ("block, 64 rows a batch", OverflowPolicy::Block, 64),
    ("block, 4096 rows a batch", OverflowPolicy::Block, 4096),
    ("block, 65536 rows a batch", OverflowPolicy::Block, 1 << 16),
    ("drop oldest, 4096 rows a batch", OverflowPolicy::DropOldest, 4096),
    ("latest, 4096 rows a batch", OverflowPolicy::Latest, 4096),
];

/// How long it takes from the first frame to the last.
fn run(job: &Job, overflow: OverflowPolicy, max_rows: usize) -> Duration {
    let client = sdk::client(job, &job.scenario, overflow).unwrap();
    let (stream, _) = sdk::open(&client, &job.scenario).unwrap();
    let mut since = None;
    loop {
        let batch = stream
            .next_batch_blocking(max_rows, Some(Duration::from_millis(500)))
            .unwrap();
        let since = *since.get_or_insert_with(Instant::now);
        sdk::broken(batch.as_ref().unwrap()).unwrap();
        let stats = stream.stats();
        if stats.frames == job.scenario.frames as u64 && stats.waiting_rows == 0 {
            return since.elapsed();
        }
    }
}

fn mailbox(criterion: &mut Criterion) {
    let job = Job {
        mode: String::new(),
        base: format!("http://127.0.0.1:{}", server::start(None).unwrap()),
        scenario: SCENARIO,
        authority: None,
    };
    let mut group = criterion.benchmark_group("socket to consumer");
    group
        .throughput(Throughput::Elements(SCENARIO.frames as u64))
        .sample_size(10);
    for (name, overflow, max_rows) in WAYS {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| (0..times).map(|_| run(&job, overflow, max_rows)).sum());
        });
    }
    group.finish();
}

criterion_group!(benches, mailbox);
criterion_main!(benches);
