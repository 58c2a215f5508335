//! Streams of the SDK as every benchmark opens them.

use std::time::Duration;

use tellus_core::{
    Batch, Client, Config, Credentials, Frames, StatusEvent, StreamStatus, Subscription,
    config::{OverflowPolicy, ProxySetting},
};

use crate::{
    contender::{Failure, Job},
    scenario::Scenario,
};

const MAX_ROWS: usize = 1 << 16;
/// So many devices go over one connection, as the peer's do; more are spread as the SDK does it by itself.
const ONE_CONNECTION: usize = 1000;
/// With several connections: when none was added for this long, all stand.
const QUIET: Duration = Duration::from_millis(100);

/// A client of the server.
pub fn client(job: &Job, scenario: &Scenario, overflow: OverflowPolicy) -> Result<Client, Failure> {
    let mut config = Config::new(job.base_url(scenario));
    config.extra_roots_pem.extend(job.authority.clone());
    config.proxy = ProxySetting::None;
    config.stream.overflow = overflow;
    if scenario.devices <= ONE_CONNECTION {
        config.stream.max_devices_per_connection = ONE_CONNECTION;
        config.stream.max_url_bytes = ONE_CONNECTION * 32;
    }
    config.stream.connect_stagger = Duration::from_millis(1);
    Ok(Client::new(config, Credentials::client_secret("id", "secret"))?)
}

/// Opens a stream and waits until all its connections stand; the first frame comes a while later. What comes all the
/// same, on a machine that is too busy, is returned.
pub fn open(client: &Client, scenario: &Scenario) -> Result<(Subscription, Frames), Failure> {
    let stream = client.telemetry(scenario.device_ids())?;
    let one = scenario.devices <= ONE_CONNECTION;
    let mut live = false;
    while let Some(batch) = stream.next_batch_blocking(1, live.then_some(QUIET))? {
        broken(&batch)?;
        let quiet = live && batch.events.is_empty();
        let lives = |event: &StatusEvent| matches!(event.status, StreamStatus::Live);
        live |= batch.events.iter().any(lives);
        if quiet || live && one {
            return Ok((stream, batch.frames));
        }
    }
    Err("the stream ended".into())
}

/// A connection that breaks would lose frames, so it ends the run.
pub fn broken(batch: &Batch) -> Result<(), Failure> {
    match batch.events.iter().find_map(|event| event.status.error()) {
        Some(error) => Err(error.to_string().into()),
        None => Ok(()),
    }
}

/// The next frames.
pub fn next(stream: &Subscription) -> Result<Frames, Failure> {
    let batch = stream.next_batch_blocking(MAX_ROWS, None)?.ok_or("the stream ended")?;
    broken(&batch)?;
    Ok(batch.frames)
}
