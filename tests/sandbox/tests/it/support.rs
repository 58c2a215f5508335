//! What the tests share: a quick sandbox and small clients.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
pub(crate) use reqwest::Client;
use reqwest::{Method, Response};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};
use tellus_sandbox::{JournalEvent, Options, RequestEntry, Sandbox, Scope};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Longest any single wait may take: far above what is needed, so that only a real failure meets it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// A sandbox with frames every 20 ms.
pub(crate) fn sandbox() -> Sandbox {
    Sandbox::start(quick()).unwrap()
}

pub(crate) fn quick() -> Options {
    Options {
        cadence: Duration::from_millis(20),
        ..Options::default()
    }
}

/// A sandbox without quotas whose time stands still unless it is moved, and where no vehicle comes by itself.
pub(crate) fn still(options: Options) -> Sandbox {
    Sandbox::start(Options {
        query_per_minute: 0,
        control_per_minute: 0,
        token_per_minute: 0,
        // Longer than any test moves the clock.
        token_lifetime: Duration::from_secs(40 * 86_400),
        speed: 0.001,
        // A Sunday.
        start_at: Some("2026-03-15T11:00:00Z".parse().unwrap()),
        ..options
    })
    .unwrap()
}

/// Options for a fleet that does nothing but what it is told, with a short past.
pub(crate) fn obedient() -> Options {
    Options {
        no_arrivals: true,
        history_days: 2,
        ..quick()
    }
}

/// TLS settings that trust the sandbox's authority and nobody else.
pub(crate) fn tls(ca_pem: Option<&str>, alpn: &[&[u8]]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = ca_pem {
        roots
            .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
            .unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    config
}

pub(crate) fn http(sandbox: &Sandbox) -> Client {
    Client::builder()
        .tls_backend_preconfigured(tls(sandbox.ca_pem(), &[b"h2", b"http/1.1"]))
        .no_proxy()
        .retry(reqwest::retry::never())
        .timeout(PATIENCE)
        .build()
        .unwrap()
}

pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// A client of one sandbox with a token.
pub(crate) struct Api {
    pub(crate) http: Client,
    pub(crate) base: String,
    pub(crate) token: String,
}

impl Api {
    pub(crate) async fn new(sandbox: &Sandbox) -> Self {
        Self::with(sandbox, Scope::ReadWrite).await
    }

    /// A client with the credential of this scope.
    pub(crate) async fn with(sandbox: &Sandbox, scope: Scope) -> Self {
        let http = http(sandbox);
        let base = sandbox.base_url().to_owned();
        let url = format!("{base}/operator/oauth/token");
        let reply = json(post(&http, &url, &credentials_of(sandbox, scope)).await).await;
        let token = reply["access_token"].as_str().unwrap().to_owned();
        Self { http, base, token }
    }

    /// A control call.
    pub(crate) async fn command(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let response = request
            .header("Content-Type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), json(response).await)
    }

    /// A request with the token.
    pub(crate) async fn send(&self, method: Method, path: &str) -> Result<Response, reqwest::Error> {
        self.http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .send()
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path).await.unwrap()
    }

    /// Status and body.
    pub(crate) async fn fetch(&self, path: &str) -> (u16, Value) {
        let response = self.get(path).await;
        (response.status().as_u16(), json(response).await)
    }

    /// Status and code.
    pub(crate) async fn outcome(&self, path: &str) -> (u16, u64) {
        let (status, body) = self.fetch(path).await;
        (status, body["code"].as_u64().unwrap())
    }
}

pub(crate) fn credentials(sandbox: &Sandbox) -> Value {
    credentials_of(sandbox, Scope::ReadWrite)
}

pub(crate) fn credentials_of(sandbox: &Sandbox, scope: Scope) -> Value {
    let credentials = sandbox.credentials(scope);
    json!({
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "grant_type": "client_credentials",
    })
}

pub(crate) async fn post(http: &Client, url: &str, body: &Value) -> Response {
    http.post(url)
        .header("Content-Type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .unwrap()
}

pub(crate) async fn new_token(http: &Client, sandbox: &Sandbox) -> String {
    let url = format!("{}/operator/oauth/token", sandbox.base_url());
    let reply = json(post(http, &url, &credentials(sandbox)).await).await;
    reply["access_token"].as_str().unwrap().to_owned()
}

/// Opens a stream over plain HTTP; `Err` holds the status and the body of the refusal.
pub(crate) async fn open(sandbox: &Sandbox, token: Option<&str>, query: &str) -> Result<Socket, (u16, Value)> {
    let tcp = TcpStream::connect(sandbox.address()).await.unwrap();
    let mut request = format!("ws://{}/v1/operator/stream?{query}", sandbox.address())
        .into_client_request()
        .unwrap();
    if let Some(token) = token {
        request
            .headers_mut()
            .insert("Authorization", format!("Bearer {token}").parse().unwrap());
    }
    match tokio_tungstenite::client_async(request, tcp).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            Err((
                response.status().as_u16(),
                serde_json::from_slice(body).unwrap_or(Value::Null),
            ))
        }
        Err(error) => panic!("{error}"),
    }
}

/// The next message, whatever it is; `None` at the end.
pub(crate) async fn message(socket: &mut Socket) -> Option<Result<Message, Error>> {
    tokio::time::timeout(PATIENCE, socket.next())
        .await
        .expect("a message in time")
}

/// The text of the next frame.
pub(crate) async fn text(socket: &mut Socket) -> String {
    loop {
        match message(socket).await.unwrap().unwrap() {
            Message::Text(text) => return text.to_string(),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The next frame.
pub(crate) async fn frame(socket: &mut Socket) -> Value {
    serde_json::from_str(&text(socket).await).unwrap()
}

/// Waits until `done` says so.
pub(crate) async fn until(mut done: impl FnMut() -> bool) {
    let waited = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited)
        .await
        .expect("it happens in time");
}

/// The request entries of the journal.
pub(crate) fn requests(sandbox: &Sandbox) -> Vec<RequestEntry> {
    let only = |event| match event {
        JournalEvent::Request(entry) => Some(entry),
        _ => None,
    };
    sandbox
        .journal()
        .into_iter()
        .filter_map(|entry| only(entry.event))
        .collect()
}
