//! `tellus-soak [MINUTES] [SEED]`: ten minutes, and a seed of its own choosing, unless told otherwise.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::{env, process::ExitCode, time::Duration};

use tellus_soak::{Plan, run};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let minutes = arguments.next().map_or(Ok(10.0), |text| text.parse::<f64>());
    let seed = arguments
        .next()
        .map_or_else(|| Ok(u64::from(rand::random::<u32>())), |text| text.parse());
    let (Ok(minutes), Ok(seed)) = (minutes, seed) else {
        eprintln!("usage: tellus-soak [MINUTES] [SEED]");
        return ExitCode::from(2);
    };
    if !(0.05..=10_000.0).contains(&minutes) {
        eprintln!("MINUTES must lie between 0.05 and 10000");
        return ExitCode::from(2);
    }
    println!("{minutes} minutes, seed {seed}");
    let plan = Plan::full(Duration::from_secs_f64(minutes * 60.0), seed);
    match run(&plan, |line| println!("{line}")) {
        Ok(summary) => {
            println!("\n{summary}");
            if summary.is_good() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
