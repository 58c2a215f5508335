//! A closed stream leaves nothing behind, neither a socket nor a task nor a thread, whatever it was doing. A test of its own, since it
//! counts the tasks of the whole process.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected has failed")]

use std::{
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use tellus_core::{
    Batch, Client, Config, Credentials, ExposeSecret, ListenerHandle, StatusEvent, Subscription, TelemetryListener,
    config::ProxySetting, runtime,
};
use tellus_sandbox::{FaultKind, Options, Sandbox};

/// Makes a stream, with the client that it comes from.
type Make<'a> = dyn Fn() -> (Subscription, Client) + 'a;
/// Ends a stream; returns it if it can still be asked.
type End = fn(Subscription, Client) -> Option<Subscription>;

fn tasks() -> usize {
    runtime::block_on(async { tokio::runtime::Handle::current().metrics().num_alive_tasks() })
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Pulls until a connection tells this status.
fn reach(stream: &Subscription, status: &str) {
    eventually(status, || {
        let batch = stream.next_batch_blocking(1000, Some(Duration::from_millis(50)));
        let Ok(Some(batch)) = batch else {
            return status == "failed";
        };
        batch.events.iter().any(|event| event.status.name() == status)
    });
}

#[test]
fn closing_in_every_state_leaves_neither_socket_nor_task() {
    let sandbox = Sandbox::start(Options {
        cadence: Duration::from_millis(50),
        ..Options::default()
    })
    .unwrap();
    let token = {
        // Calls keep connections and their tasks: the streams get a token at hand and make none.
        let credentials = Credentials::client_secret(sandbox.client_id(), sandbox.client_secret());
        let client = Client::new(Config::new(sandbox.base_url()), credentials).unwrap();
        let token = runtime::block_on(client.access_token()).unwrap();
        token.token.expose_secret().to_owned()
    };
    eventually("the client's own tasks end", || tasks() == 0);
    // Takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_url = format!("http://{}/v1", silent.local_addr().unwrap());

    let client = |url: &str, connections: bool| {
        let mut config = Config::new(url);
        config.proxy = ProxySetting::None;
        config.stream.backoff.base = Duration::from_secs(36_000_000);
        config.stream.backoff.cap = config.stream.backoff.base;
        if connections {
            config.stream.max_devices_per_connection = 1;
            config.stream.connect_stagger = Duration::from_secs(3600);
        }
        Client::new(config, Credentials::token(token.clone())).unwrap()
    };
    let open = |url: &str, devices: &[String], connections: bool| {
        let client = client(url, connections);
        (client.telemetry(devices.to_vec()).unwrap(), client)
    };
    let ids = sandbox.device_ids();
    let states: [(&str, &Make<'_>); 6] = [
        ("connecting", &|| open(&silent_url, &ids, false)),
        ("live", &|| open(sandbox.base_url(), &ids, false)),
        ("waiting to begin", &|| open(sandbox.base_url(), &ids, true)),
        ("waiting", &|| {
            let opened = open(sandbox.base_url(), &ids, false);
            reach(&opened.0, "live");
            sandbox.inject(FaultKind::StreamDrop {}.once());
            opened
        }),
        ("paused", &|| {
            let opened = open(sandbox.base_url(), &ids, false);
            reach(&opened.0, "live");
            opened.0.pause();
            opened
        }),
        ("failed", &|| open(sandbox.base_url(), &["dvc_nowhere".into()], false)),
    ];
    let ways: [(&str, End); 3] = [
        ("close", |stream, _| {
            stream.close();
            stream.close();
            Some(stream)
        }),
        ("drop", |_, _| None),
        ("close the client", |stream, client| {
            client.close();
            Some(stream)
        }),
    ];
    for (state, make) in states {
        for (way, end) in ways {
            let (stream, client) = make();
            reach(&stream, if state == "waiting to begin" { "live" } else { state });
            assert!(state == "failed" || tasks() > 0, "{state}");
            let kept = end(stream, client);
            eventually(&format!("{way} while {state}: the tasks end"), || tasks() == 0);
            eventually(&format!("{way} while {state}: the sockets are closed"), || {
                sandbox.open_streams() == 0
            });
            if let Some(stream) = kept {
                let pull = || stream.next_batch_blocking(1000, Some(Duration::from_secs(5)));
                eventually("the end is told", || !matches!(pull(), Ok(Some(_))));
            }
        }
    }
    a_listeners_thread_ends_with_its_stream(&|| client(sandbox.base_url(), false), &sandbox, &ids);
}

/// Hears nothing of what it is told.
struct Deaf;

impl TelemetryListener for Deaf {
    fn on_batch(&self, _: &Batch) -> Result<(), String> {
        Ok(())
    }

    fn on_status(&self, _: &StatusEvent) -> Result<(), String> {
        Ok(())
    }
}

/// The threads that tell listeners; none where the system does not say.
fn listeners() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let names = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok());
    names.filter(|name| name.trim_end() == "tellus-listener").count()
}

fn a_listeners_thread_ends_with_its_stream(client: &dyn Fn() -> Client, sandbox: &Sandbox, ids: &[String]) {
    let ways: [fn(ListenerHandle, &Client); 3] = [
        |handle, _| handle.close(),
        |handle, _| drop(handle),
        |_handle, client| client.close(),
    ];
    for end in ways {
        let client = client();
        let handle = client.subscribe(ids.iter().cloned(), Arc::new(Deaf)).unwrap();
        eventually("frames arrive", || handle.stats().frames > 0);
        assert!(listeners() == 1 || !cfg!(target_os = "linux"));
        end(handle, &client);
        eventually("its thread ends", || listeners() == 0);
        eventually("its tasks end", || tasks() == 0);
        // Or it would be in the way of the next one, which would wait for hours.
        eventually("its socket is closed", || sandbox.open_streams() == 0);
    }
}
