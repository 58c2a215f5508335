//! Through a real nginx: TLS 1.2 and 1.3, HTTP/2 for REST, and the WebSocket from the same client.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tellus_core::{Client, Config};
use tellus_sandbox::{Options, Sandbox};

use crate::common::{block_on, credentials, eventually, sandbox};

/// A running nginx with a folder of its own; ended with the test.
struct Nginx {
    process: Child,
    folder: PathBuf,
    port: u16,
    ca_pem: String,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Nginx {
    /// One that gives up on a connection that is idle for so long. `None` if there is no nginx and none is required; says so.
    fn start(sandbox: &Sandbox, idle: &str) -> Option<Self> {
        let program = [
            "/usr/sbin/nginx",
            "/usr/bin/nginx",
            "/usr/local/bin/nginx",
            "/opt/homebrew/bin/nginx",
        ]
        .into_iter()
        .find(|path| Path::new(path).exists());
        let Some(program) = program else {
            assert!(
                std::env::var_os("TELLUS_REQUIRE_ALL").is_none(),
                "nginx is required and missing"
            );
            eprintln!("LEFT OUT: the test behind nginx, because nginx is not installed");
            return None;
        };
        let folder = std::env::temp_dir();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = folder.join(format!("tellus-nginx-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let ca_pem = certificates(&folder);
        fs::write(folder.join("nginx.conf"), configuration(&folder, port, sandbox, idle)).unwrap();
        let process = Command::new(program)
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(folder.join("nginx.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let nginx = Self {
            process,
            folder,
            port,
            ca_pem,
        };
        eventually("nginx listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Some(nginx)
    }

    /// The protocols and statuses of the requests so far, a line each.
    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("access.log")).unwrap_or_default()
    }
}

/// Writes a server certificate and its key; returns the authority's certificate.
fn certificates(folder: &Path) -> String {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let server = server.signed_by(&key, &authority).unwrap();
    fs::write(folder.join("server.pem"), server.pem()).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
    authority.pem()
}

fn configuration(folder: &Path, port: u16, sandbox: &Sandbox, idle: &str) -> String {
    let (folder, upstream) = (folder.display(), sandbox.address());
    format!(
        r#"daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    log_format protocols '$server_protocol $status $uri';
    access_log {folder}/access.log protocols;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        location / {{
            proxy_pass http://{upstream};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_read_timeout {idle};
        }}
    }}
}}
"#
    )
}

#[test]
fn rest_over_http_2_and_the_stream_work_from_the_same_client() {
    let sandbox = sandbox();
    let Some(nginx) = Nginx::start(&sandbox, "60s") else {
        return;
    };
    let mut config = Config::new(format!("https://localhost:{}", nginx.port));
    config.extra_roots_pem.push(nginx.ca_pem.clone());
    let client = Client::new(config.clone(), credentials(&sandbox)).unwrap();
    assert_eq!(block_on(client.sites(None).collect()).unwrap().len(), 3);
    let stream = client.telemetry(sandbox.device_ids()).unwrap();
    let mut frames = 0;
    while frames < 20 {
        let batch = stream
            .next_batch_blocking(100, Some(Duration::from_secs(10)))
            .unwrap()
            .unwrap();
        assert!(!batch.is_empty(), "the time is up");
        frames += batch.frames.len();
    }
    stream.close();
    eventually("nginx has logged the stream", || {
        nginx.log().contains("/operator/stream")
    });
    let log = nginx.log();
    assert!(log.contains("HTTP/2.0 200 /v1/operator/oauth/token"), "{log}");
    assert!(log.contains("HTTP/2.0 200 /v1/operator/sites"), "{log}");
    assert!(log.contains("HTTP/1.1 101 /v1/operator/stream"), "{log}");

    // Without the authority's certificate nothing is sent.
    config.extra_roots_pem.clear();
    config.retry.max_attempts = 1;
    let stranger = Client::new(config, credentials(&sandbox)).unwrap();
    let error = block_on(stranger.authenticate()).unwrap_err();
    assert_eq!(error.kind(), tellus_core::ErrorKind::Connection);
    assert!(error.reason().contains("certificate"), "{error}");
    assert_eq!(nginx.log().matches("oauth/token").count(), 1);
}

/// nginx goes by real time, so this takes some; it has to, since what is tested is how two clocks go together.
#[test]
fn pings_keep_a_quiet_stream_open_behind_a_proxy_that_closes_idle_ones() {
    let sandbox = Sandbox::start(Options {
        cadence: Duration::from_secs(3600),
        ..Options::default()
    })
    .unwrap();
    let Some(nginx) = Nginx::start(&sandbox, "1s") else {
        return;
    };
    // Quicker than nginx gives up, and slower: the one stream stands, the other comes back each time.
    for (ping, stands) in [(Duration::from_millis(250), true), (Duration::from_secs(3600), false)] {
        let mut config = Config::new(format!("https://localhost:{}", nginx.port));
        config.extra_roots_pem.push(nginx.ca_pem.clone());
        config.stream.ping_interval = ping;
        config.stream.silence = ping * 4;
        config.stream.backoff.base = Duration::from_millis(10);
        let client = Client::new(config, credentials(&sandbox)).unwrap();
        let stream = client.telemetry(sandbox.device_ids()).unwrap();
        let opened = Instant::now();
        while opened.elapsed() < Duration::from_millis(2500) {
            stream
                .next_batch_blocking(100, Some(Duration::from_millis(100)))
                .unwrap()
                .unwrap();
        }
        assert_eq!(stream.stats().connections == 1, stands, "{:?}", stream.stats());
        stream.close();
    }
}
