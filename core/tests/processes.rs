//! Many processes that share a token through a file. A test of its own: they take the whole machine, and others measure
//! time.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tellus_core::{Client, Config, Credentials, TokenFile};
use tellus_sandbox::{FaultKind, JournalEvent, Options, RequestEntry, Sandbox};

/// Far more than the ten token requests that the platform lets through in a minute.
const PROCESSES: usize = 200;
/// Set for those that the test starts: where they keep the token.
const TOKEN_FILE: &str = "TELLUS_TEST_TOKEN_FILE";

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// This very test is also what each process runs, told apart by the environment.
#[test]
fn two_hundred_cold_processes_make_one_token_request() {
    if let Some(path) = std::env::var_os(TOKEN_FILE) {
        return one_of_many(Path::new(&path));
    }
    let sandbox = Sandbox::start(Options {
        // The reads of a minute are not what this is about.
        query_per_minute: 0,
        ..Options::default()
    })
    .unwrap();
    let folder = Folder(std::env::temp_dir().join(format!("tellus-processes-{}", std::process::id())));
    fs::create_dir_all(&folder.0).unwrap();
    // While one asks, all others come: without the file each of them would ask, too.
    sandbox.inject(FaultKind::Slow { delay_ms: 1000 }.once().on("/operator/oauth/token"));
    let (gate, opener) = std::io::pipe().unwrap();
    let processes: Vec<_> = (0..PROCESSES)
        .map(|_| start(&sandbox, &folder.0.join("token"), gate.try_clone().unwrap().into()))
        .collect();
    drop(opener);
    let failed = processes
        .into_iter()
        .map(|mut process| process.wait().unwrap())
        .filter(|end| !end.success());
    assert_eq!(failed.count(), 0, "their own words are above");
    assert_eq!(requests(&sandbox, "/v1/operator/oauth/token").len(), 1);
    let reads = requests(&sandbox, "/v1/operator/devices/");
    assert_eq!(reads.len(), PROCESSES);
    assert!(reads.iter().all(|read| read.status == Some(200)));
    let mut connections: Vec<_> = reads.iter().map(|read| read.connection).collect();
    connections.sort_unstable();
    connections.dedup();
    assert_eq!(connections.len(), PROCESSES, "each of them came by itself");
}

/// The requests under a path.
fn requests(sandbox: &Sandbox, path: &str) -> Vec<RequestEntry> {
    let events = sandbox.journal().into_iter().map(|entry| entry.event);
    let requests = events.filter_map(|event| match event {
        JournalEvent::Request(request) => Some(request),
        _ => None,
    });
    requests.filter(|request| request.path.starts_with(path)).collect()
}

fn start(sandbox: &Sandbox, token_file: &Path, gate: Stdio) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "two_hundred_cold_processes_make_one_token_request",
            "--nocapture",
        ])
        .env("TELLUS_BASE_URL", sandbox.base_url())
        .env("TELLUS_CLIENT_ID", sandbox.client_id())
        .env("TELLUS_CLIENT_SECRET", sandbox.client_secret())
        .env("TELLUS_DEVICES", &sandbox.device_ids()[0])
        .env(TOKEN_FILE, token_file)
        .env_remove("TELLUS_TOKEN")
        .env_remove("TELLUS_CA_FILE")
        .stdin(gate)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the gate opens, then reads a charger with settings and credentials from the environment.
fn one_of_many(token_file: &Path) {
    assert_eq!(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap(), 0);
    let mut config = Config::from_env().unwrap();
    // Two hundred processes on a small machine take their time.
    config.request_timeout = Duration::from_secs(60);
    config.read_timeout = Duration::from_secs(60);
    config.retry.max_attempts = 1;
    let id = config.devices[0].clone();
    let owner = std::env::var("TELLUS_CLIENT_ID").unwrap();
    let store = TokenFile::new(token_file, &config.base_url, &owner).unwrap();
    let client = Client::new(config, Credentials::from_env().unwrap().stored_in(store)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(client.device(&id)).unwrap().device_id, id);
}
