//! The way to the platform: TLS, pinned keys, a proxy that lives and one that dies.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use jiff::Timestamp;
use tellus_core::{
    Client, Config, Credentials, ErrorKind, HmacSigner, Request, RequestSigner, SignedParts,
    clock::{BoxFuture, ManualClock},
    config::ProxySetting,
    net::http::{HttpClient, HttpFailure, HttpReply, HttpRequest},
};
use tellus_sandbox::{Options, Sandbox};

use crate::common::{block_on, config, credentials, requests};

fn tls_sandbox() -> Sandbox {
    Sandbox::start(Options {
        tls: true,
        cadence: Duration::from_millis(50),
        ..Options::default()
    })
    .unwrap()
}

/// A stream's first frame, or why there is none.
fn first_frame(client: &Client, sandbox: &Sandbox) -> tellus_core::Result<()> {
    let stream = client.telemetry(sandbox.device_ids())?;
    loop {
        let batch = stream
            .next_batch_blocking(10, Some(Duration::from_secs(10)))?
            .expect("closed");
        assert!(!batch.is_empty(), "the time is up");
        if !batch.frames.is_empty() {
            return Ok(());
        }
    }
}

#[test]
fn a_pinned_key_lets_calls_and_streams_through_and_another_stops_both_at_once() {
    let sandbox = tls_sandbox();
    let mut pinned = config(&sandbox);
    pinned.spki_pins = vec![leaf_pin(&pinned, sandbox.address())];
    let client = Client::new(pinned.clone(), credentials(&sandbox)).unwrap();
    block_on(client.authenticate()).unwrap();
    first_frame(&client, &sandbox).unwrap();

    let served = requests(&sandbox, "/v1").len();
    pinned.spki_pins = vec!["sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into()];
    let stranger = Client::new(pinned, credentials(&sandbox)).unwrap();
    let error = block_on(stranger.authenticate()).unwrap_err();
    assert_eq!(
        (error.kind(), error.retryable(), error.attempts()),
        (ErrorKind::Connection, false, 1),
        "{error}"
    );
    assert!(error.reason().contains("pinned"), "{error}");
    assert_eq!(requests(&sandbox, "/v1").len(), served, "nothing was sent");
    // The stream does not knock again and again either: a token from elsewhere first, then the wrong key.
    let mut wrong = config(&sandbox);
    wrong.spki_pins = stranger.config().spki_pins.clone();
    let app = Client::with_http(wrong, credentials(&sandbox), Arc::new(Granting)).unwrap();
    let error = first_frame(&app, &sandbox).unwrap_err();
    assert_eq!(
        (error.kind(), error.retryable()),
        (ErrorKind::Connection, false),
        "{error}"
    );
}

/// Answers every call with a token: an HTTP client of somebody's own.
#[derive(Debug)]
struct Granting;

impl HttpClient for Granting {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpReply, HttpFailure>> {
        assert!(request.url.path().ends_with("/oauth/token"));
        let body = r#"{"access_token":"t","token_type":"bearer","expires_in":60}"#.into();
        let reply = HttpReply {
            status: 200,
            headers: Default::default(),
            body,
        };
        Box::pin(std::future::ready(Ok(reply)))
    }
}

/// The pin of the key that a server shows.
fn leaf_pin(config: &Config, address: SocketAddr) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use rustls::pki_types::{CertificateDer, pem::PemObject};

    let mut roots = rustls::RootCertStore::empty();
    for pem in &config.extra_roots_pem {
        roots
            .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
            .unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut session = rustls::ClientConnection::new(Arc::new(tls), "127.0.0.1".try_into().unwrap()).unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    while session.is_handshaking() {
        session.complete_io(&mut socket).unwrap();
    }
    let leaf = webpki::EndEntityCert::try_from(&session.peer_certificates().unwrap()[0]).unwrap();
    STANDARD.encode(ring::digest::digest(
        &ring::digest::SHA256,
        leaf.subject_public_key_info().as_ref(),
    ))
}

/// A proxy that answers CONNECT and copies bytes; counts tunnels and can be told to die.
struct Proxy {
    address: SocketAddr,
    tunnels: Arc<AtomicUsize>,
}

impl Proxy {
    fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let tunnels = Arc::new(AtomicUsize::new(0));
        let counter = tunnels.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let counter = counter.clone();
                thread::spawn(move || serve(client.unwrap(), answer, &counter));
            }
        });
        Self { address, tunnels }
    }

    fn setting(&self) -> ProxySetting {
        ProxySetting::Url(format!("http://me:canary@{}", self.address))
    }
}

fn serve(client: TcpStream, answer: &str, tunnels: &AtomicUsize) {
    let mut reader = BufReader::new(client.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() <= 2 {
            break;
        }
        lines.push(line);
    }
    assert!(
        lines
            .iter()
            .any(|line| line.to_lowercase().starts_with("proxy-authorization: basic ")),
        "{lines:?}"
    );
    let target = lines[0].split(' ').nth(1).unwrap().to_owned();
    (&client)
        .write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes())
        .unwrap();
    if !answer.starts_with("200") {
        return;
    }
    tunnels.fetch_add(1, Ordering::SeqCst);
    let server = TcpStream::connect(target).unwrap();
    let (mut up, mut down) = (server.try_clone().unwrap(), client);
    let back = {
        let (mut from, mut to) = (server, down.try_clone().unwrap());
        thread::spawn(move || copy(&mut from, &mut to))
    };
    copy(&mut down, &mut up);
    back.join().unwrap();
}

fn copy(from: &mut TcpStream, to: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

#[test]
fn calls_and_streams_go_through_the_same_proxy() {
    let sandbox = tls_sandbox();
    let proxy = Proxy::start("200 OK");
    let mut config = config(&sandbox);
    config.proxy = proxy.setting();
    assert!(!format!("{config:?}").contains("canary"));
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    block_on(client.authenticate()).unwrap();
    assert_eq!(proxy.tunnels.load(Ordering::SeqCst), 1);
    first_frame(&client, &sandbox).unwrap();
    assert_eq!(proxy.tunnels.load(Ordering::SeqCst), 2);
}

#[test]
fn a_proxy_that_refuses_or_is_gone_is_named_without_its_password() {
    let sandbox = tls_sandbox();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing = Proxy::start("407 Proxy Authentication Required").setting();
    for setting in [refusing, ProxySetting::Url(format!("http://me:canary@{gone}"))] {
        let mut config = config(&sandbox);
        config.proxy = setting;
        config.retry.max_attempts = 1;
        config.stream.first_attempts = 1;
        let client = Client::new(config, credentials(&sandbox)).unwrap();
        let error = block_on(client.authenticate()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
    assert!(sandbox.journal().is_empty());
}

/// Keeps the last request's headers and answers with nothing.
#[derive(Debug, Default)]
struct Recording(std::sync::Mutex<http::HeaderMap>);

impl HttpClient for Recording {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpReply, HttpFailure>> {
        *self.0.lock().unwrap() = request.headers;
        let reply = HttpReply {
            status: 200,
            headers: Default::default(),
            body: r#"{"code":0}"#.into(),
        };
        Box::pin(std::future::ready(Ok(reply)))
    }
}

#[test]
fn requests_are_signed_where_that_is_asked_for_and_only_there() {
    let signer = HmacSigner::new("canary");
    let sign = |config: &mut Config| config.signer = Some(Arc::new(signer.clone()));
    for signed in [true, false] {
        let mut config = Config::new("https://platform.invalid");
        config.clock = ManualClock::new(Timestamp::UNIX_EPOCH).shared();
        if signed {
            sign(&mut config);
        }
        let http = Arc::new(Recording::default());
        let client = Client::with_http(config, Credentials::token("t"), http.clone()).unwrap();
        let request = Request::new("POST", "/operator/x")
            .unwrap()
            .query("a", 1)
            .body(serde_json::json!({}));
        block_on(client.request(request)).unwrap();
        let expected = signer.sign(&SignedParts {
            method: "POST",
            path: "/v1/operator/x",
            query: Some("a=1"),
            timestamp: Timestamp::UNIX_EPOCH,
            body: b"{}",
        });
        let seen = http.0.lock().unwrap();
        for (name, value) in &expected.unwrap() {
            assert_eq!(seen.get(name), signed.then_some(value));
        }
    }
}
