//! The way to the platform: a name that nobody knows, a proxy that dies.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use tellus_core::{Client, Config, Credentials, ErrorKind, GapCause, config::ProxySetting};
use tellus_sandbox::{CloseReason, Options, Sandbox};

use super::harness::{Watcher, options, platform, streams, upgrades};
use crate::common::{config, eventually, requests};

#[test]
fn a_name_that_nobody_knows_is_named_and_given_up_after_the_first_attempts() {
    let sandbox = platform();
    let mut nowhere = Config::new("https://nowhere.invalid/v1");
    nowhere.proxy = ProxySetting::None;
    // The platform is known here, the way to it is not.
    let mut through = Config::new(sandbox.base_url());
    through.proxy = ProxySetting::Url("http://nowhere.invalid:3128".into());
    for mut config in [nowhere, through] {
        config.stream.backoff = self::config(&sandbox).stream.backoff;
        config.stream.first_attempts = 2;
        let client = Client::new(config, Credentials::token("t")).unwrap();
        let mut watcher = Watcher::of(client.telemetry(sandbox.device_ids()).unwrap());
        let error = watcher.until_end().clone().unwrap_err();
        // Where there is no network at all, the look-up may take until its time is up.
        assert!(
            [ErrorKind::Connection, ErrorKind::Timeout].contains(&error.kind()),
            "{error}"
        );
        assert!(error.reason().contains("nowhere.invalid"), "{error}");
        assert_eq!(watcher.seen.names(), ["connecting", "waiting", "connecting", "failed"]);
        watcher.assert_open(GapCause::Connecting, false);
        assert!(watcher.seen.frames.is_empty());
    }
    assert!(requests(&sandbox, "").is_empty());
}

/// A proxy that can die: with its listener and all of its tunnels.
struct Proxy {
    address: SocketAddr,
    /// Both ends of each tunnel; `None` once it is dead.
    ends: Arc<Mutex<Option<Vec<TcpStream>>>>,
    accepting: Option<JoinHandle<()>>,
}

impl Proxy {
    fn start(address: &str) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let ends = Arc::new(Mutex::new(Some(Vec::new())));
        let kept = ends.clone();
        let accepting = thread::spawn(move || {
            for client in listener.incoming() {
                let kept = kept.clone();
                if kept.lock().unwrap().is_none() {
                    return;
                }
                let client = client.unwrap();
                thread::spawn(move || tunnel(client, &kept));
            }
        });
        Self {
            address,
            ends,
            accepting: Some(accepting),
        }
    }

    fn die(&mut self) {
        for end in self.ends.lock().unwrap().take().unwrap_or_default() {
            let _ = end.shutdown(Shutdown::Both);
        }
        // Wakes the thread, which then lets go of the listener.
        let _ = TcpStream::connect(self.address);
        self.accepting.take().unwrap().join().unwrap();
    }
}

fn tunnel(client: TcpStream, kept: &Mutex<Option<Vec<TcpStream>>>) {
    let mut reader = BufReader::new(client.try_clone().unwrap());
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        if reader.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
    }
    let Ok(server) = TcpStream::connect(request.split(' ').nth(1).unwrap()) else {
        return;
    };
    match kept.lock().unwrap().as_mut() {
        Some(ends) => ends.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]),
        None => return,
    }
    let _ = (&client).write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    let (from, to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let back = thread::spawn(move || copy(from, to));
    copy(client, server);
    back.join().unwrap();
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

#[test]
fn a_proxy_that_dies_under_a_stream_is_waited_for() {
    let sandbox = Sandbox::start(Options { tls: true, ..options() }).unwrap();
    let mut proxy = Proxy::start("127.0.0.1:0");
    let mut config = config(&sandbox);
    config.proxy = ProxySetting::Url(format!("http://{}", proxy.address));
    let mut watcher = Watcher::live(&sandbox, config);
    proxy.die();
    watcher.until("it is tried in vain", |seen| {
        seen.names().iter().filter(|name| **name == "waiting").count() >= 3
    });
    let last = watcher
        .seen
        .statuses
        .iter()
        .rev()
        .find_map(|status| status.error())
        .unwrap();
    assert_eq!((last.kind(), last.retryable()), (ErrorKind::Connection, true), "{last}");
    watcher.assert_open(GapCause::Reconnect, true);
    eventually("the platform has noticed", || sandbox.open_streams() == 0);
    // Nothing went past it.
    assert_eq!(
        (upgrades(&sandbox), streams(&sandbox)),
        (vec![101], (1, vec![CloseReason::Client]))
    );
    let proxy = Proxy::start(&proxy.address.to_string());
    watcher.seen.turn();
    watcher.until_all_report();
    watcher.assert_bridged(GapCause::Reconnect, 1);
    assert_eq!((upgrades(&sandbox), streams(&sandbox).0), (vec![101, 101], 2));
    watcher.settle(&[&sandbox]);
    drop(proxy);
}
