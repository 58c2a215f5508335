//! The SDK as a contender: `columns` (socket → columns), `latency` (socket → callback), `memory` (newest state held).

#![allow(clippy::print_stdout, reason = "a program")]

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tellus_bench::{
    checksum::Checksum,
    contender::{Failure, Job, delays, throughput},
    measure,
    scenario::{Pattern, Scenario},
    sdk,
};
use tellus_core::{
    Batch, Frames, StatusEvent, TelemetryListener,
    columns::{FIRST, READING},
    config::OverflowPolicy,
};

fn main() -> Result<(), Failure> {
    let job = Job::from_args()?;
    let result = match job.mode.as_str() {
        "columns" => columns(&job)?,
        "latency" => latency(&job)?,
        "memory" => memory(&job)?,
        _ => return Err("no such mode".into()),
    };
    println!("{result}");
    Ok(())
}

fn columns(job: &Job) -> Result<Value, Failure> {
    let client = sdk::client(job, &job.scenario, OverflowPolicy::Block)?;
    let (stream, mut batch) = sdk::open(&client, &job.scenario)?;
    let since = measure::cpu();
    let mut reader = Reader::default();
    let mut frames = 0;
    loop {
        frames += batch.len();
        reader.read(&batch);
        if frames >= job.scenario.frames {
            break;
        }
        batch = sdk::next(&stream)?;
    }
    Ok(throughput(frames, since, &reader.sums))
}

/// Reads columns as a program would that computes with them: what belongs to a code is looked up once.
#[derive(Default)]
struct Reader {
    sums: Checksum,
    devices: Vec<u64>,
    states: Vec<u64>,
}

impl Reader {
    fn read(&mut self, frames: &Frames) {
        let names = frames.names();
        let new = self.devices.len()..names.devices.len();
        self.devices
            .extend(new.filter_map(|code| names.devices.get(code)).map(Checksum::of_device));
        let new = names.states.iter().skip(self.states.len());
        self.states.extend(new.map(|name| name.len() as u64));
        let (columns, sums) = (frames.columns(), &mut self.sums);
        let ours = columns.flags.iter().filter(|flags| **flags & READING != 0);
        sums.readings += ours.count() as u64;
        for device in &columns.device {
            sums.devices = sums.devices.wrapping_add(self.devices[*device as usize]);
        }
        for timestamp in &columns.timestamp {
            sums.timestamps = sums.timestamps.wrapping_add(timestamp.cast_unsigned());
        }
        sums.connectors += columns.connector.iter().copied().map(u64::from).sum::<u64>();
        for state in &columns.state {
            sums.states += self.states[usize::from(*state)];
        }
        // Side by side, since each sum has to wait for its former value.
        let numbers = columns.power.iter().zip(&columns.energy_delivered).zip(&columns.soc);
        for ((power, energy), soc) in numbers {
            sums.power += power;
            sums.energy += energy;
            sums.soc += soc;
        }
    }
}

struct Listener {
    expected: usize,
    delays: Mutex<Vec<i64>>,
    done: mpsc::Sender<Result<Vec<i64>, String>>,
}

impl TelemetryListener for Listener {
    fn on_batch(&self, batch: &Batch) -> Result<(), String> {
        let mut delays = self.delays.lock().unwrap_or_else(PoisonError::into_inner);
        let columns = batch.frames.columns();
        for (timestamp, flags) in columns.timestamp.iter().zip(&columns.flags) {
            if flags & FIRST != 0 {
                delays.push(Timestamp::now().as_microsecond() - timestamp);
            }
        }
        if delays.len() >= self.expected {
            let _ = self.done.send(Ok(std::mem::take(&mut delays)));
        }
        Ok(())
    }

    fn on_status(&self, event: &StatusEvent) -> Result<(), String> {
        if let Some(error) = event.status.error() {
            let _ = self.done.send(Err(error.to_string()));
        }
        Ok(())
    }
}

fn latency(job: &Job) -> Result<Value, Failure> {
    let client = sdk::client(job, &job.scenario, OverflowPolicy::Block)?;
    let (done, result) = mpsc::channel();
    let listener = Arc::new(Listener {
        expected: job.scenario.frames,
        delays: Mutex::new(Vec::with_capacity(job.scenario.frames)),
        done,
    });
    let since = measure::cpu();
    let _handle = client.subscribe(job.scenario.device_ids(), listener)?;
    Ok(delays(result.recv()??, since))
}

/// What the newest state of all devices adds to a process with an idle stream.
fn memory(job: &Job) -> Result<Value, Failure> {
    let quiet = Scenario {
        frames: 0,
        devices: 1,
        pattern: Pattern::Coalesced,
        ..job.scenario
    };
    let idle_client = sdk::client(job, &quiet, OverflowPolicy::Block)?;
    let _idle_stream = sdk::open(&idle_client, &quiet)?;
    thread::sleep(Duration::from_millis(500));
    let idle = measure::memory();

    let client = sdk::client(job, &job.scenario, OverflowPolicy::Block)?;
    let (stream, early) = sdk::open(&client, &job.scenario)?;
    let mut frames = early.len();
    while frames < job.scenario.frames {
        frames += sdk::next(&stream)?.len();
    }
    thread::sleep(Duration::from_millis(500));
    let held = measure::memory();
    let known = stream.snapshot().len();
    Ok(json!({ "idle": idle, "held": held, "known": known }))
}
