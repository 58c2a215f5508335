//! `tellus-load [MINUTES]`: two minutes of ten times the limit on reads, 200 clients with one token, and then fifty thousand
//! chargers for ten minutes, unless told otherwise. Ends with 1 if anything that is promised was not kept.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::{env, process::ExitCode, time::Duration};

use tellus_soak::{Failure, Plan, over_the_limit, run, sharing_a_token};

const OVER_THE_LIMIT: Duration = Duration::from_secs(150);
const CLIENTS: usize = 200;
const SEED: u64 = 1;

fn main() -> ExitCode {
    let minutes = env::args().nth(1).map_or(Ok(10.0), |text| text.parse::<f64>());
    let Some(minutes) = minutes.ok().filter(|minutes| (0.05..=10_000.0).contains(minutes)) else {
        eprintln!("usage: tellus-load [MINUTES], between 0.05 and 10000");
        return ExitCode::from(2);
    };
    match load(Duration::from_secs_f64(minutes * 60.0)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn load(duration: Duration) -> Result<bool, Failure> {
    println!("{CLIENTS} clients of one client_id, with one token");
    let sharing = sharing_a_token(CLIENTS)?;
    println!("{sharing}");
    println!("ten times the limit on reads, for {} s", OVER_THE_LIMIT.as_secs());
    let limit = over_the_limit(OVER_THE_LIMIT)?;
    println!("{limit}");
    println!("50,000 chargers, for {} s", duration.as_secs());
    let fleet = run(&Plan::fleet(duration, SEED), |line| println!("{line}"))?;
    println!("\n{fleet}");
    Ok(sharing.is_good() && limit.is_good() && fleet.is_good())
}
