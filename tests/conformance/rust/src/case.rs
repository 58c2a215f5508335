//! What one case works with: a clock, a client, a stream.

use std::{
    collections::VecDeque,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use tellus_core::{
    Client, Config, Credentials, Error, ErrorKind, HmacSigner, ListenerHandle, Result, SignatureEncoding,
    StreamControl, Subscription, TokenProvider, TokenRequest,
    clock::ManualClock,
    config::{OverflowPolicy, Staleness},
};

use crate::told::Told;

/// The case under way.
#[derive(Default)]
pub(crate) struct Case(Mutex<State>);

#[derive(Default)]
struct State {
    clock: Option<ManualClock>,
    client: Option<Client>,
    stream: Option<Stream>,
}

/// A stream, however it delivers.
#[derive(Clone)]
pub(crate) enum Stream {
    Pulled(Arc<Subscription>),
    Told(Arc<ListenerHandle>, Arc<Told>),
}

impl Deref for Stream {
    type Target = StreamControl;

    fn deref(&self) -> &StreamControl {
        match self {
            Self::Pulled(subscription) => subscription,
            Self::Told(handle, _) => handle,
        }
    }
}

/// How a case begins. Spans are milliseconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Beginning {
    base_url: String,
    now: Timestamp,
    credentials: Given,
    #[serde(default)]
    settings: Settings,
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Given {
    Secret { client_id: String, client_secret: String },
    Token { token: String },
    Provider { provider: VecDeque<Grant> },
}

/// What a token provider does when it is asked.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Grant {
    Token { token: String, expires_in_ms: u64 },
    Fail { fail: String },
    Silent {},
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    devices: Option<Vec<String>>,
    user_agent_suffix: Option<String>,
    request_timeout_ms: Option<u64>,
    max_attempts: Option<u32>,
    backoff_base_ms: Option<u64>,
    backoff_cap_ms: Option<u64>,
    max_retry_after_ms: Option<u64>,
    retry_after_jitter_ms: Option<u64>,
    query_per_minute: Option<u32>,
    control_per_minute: Option<u32>,
    token_per_minute: Option<u32>,
    max_quota_wait_ms: Option<u64>,
    ping_interval_ms: Option<u64>,
    silence_ms: Option<u64>,
    reconnect_base_ms: Option<u64>,
    reconnect_cap_ms: Option<u64>,
    first_attempts: Option<u32>,
    mailbox_rows: Option<usize>,
    overflow: Option<String>,
    max_devices_per_connection: Option<usize>,
    stale_factor: Option<u32>,
    resync_interval_ms: Option<u64>,
    signing: Option<Signing>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signing {
    secret: String,
    encoding: Option<String>,
    separator: Option<String>,
    with_query: Option<bool>,
    signature_header: Option<String>,
    timestamp_header: Option<String>,
}

impl Case {
    /// Begins a case: what the one before has left is closed.
    pub(crate) fn open(&self, args: &Value) -> Result<()> {
        let beginning: Beginning =
            serde_json::from_value(args.clone()).map_err(|error| Error::invalid("case", error))?;
        self.close();
        let clock = ManualClock::new(beginning.now);
        let mut config = Config::new(beginning.base_url);
        config.clock = clock.shared();
        apply(&mut config, beginning.settings)?;
        self.lock().clock = Some(clock);
        let client = Client::new(config, beginning.credentials.into())?;
        self.lock().client = Some(client);
        Ok(())
    }

    /// Ends it.
    pub(crate) fn close(&self) {
        let State { client, stream, .. } = std::mem::take(&mut *self.lock());
        drop(stream);
        if let Some(client) = client {
            client.close();
        }
    }

    pub(crate) fn clock(&self) -> Result<ManualClock> {
        self.lock().clock.clone().ok_or_else(|| missing("clock"))
    }

    pub(crate) fn client(&self) -> Result<Client> {
        self.lock().client.clone().ok_or_else(|| missing("client"))
    }

    pub(crate) fn stream(&self) -> Result<Stream> {
        self.lock().stream.clone().ok_or_else(|| missing("stream"))
    }

    pub(crate) fn keep(&self, stream: Stream) {
        self.lock().stream = Some(stream);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn missing(what: &str) -> Error {
    Error::new(ErrorKind::Closed, format!("the case has no {what}"))
}

fn apply(config: &mut Config, from: Settings) -> Result<()> {
    let span = |value: Option<u64>| value.map(Duration::from_millis);
    config.devices = from.devices.unwrap_or_default();
    config.user_agent_suffix = from.user_agent_suffix;
    set(&mut config.request_timeout, span(from.request_timeout_ms));
    let retry = &mut config.retry;
    set(&mut retry.max_attempts, from.max_attempts);
    set(&mut retry.backoff.base, span(from.backoff_base_ms));
    set(&mut retry.backoff.cap, span(from.backoff_cap_ms));
    set(&mut retry.max_retry_after, span(from.max_retry_after_ms));
    set(&mut retry.retry_after_jitter, span(from.retry_after_jitter_ms));
    let quota = &mut config.quota;
    set(&mut quota.query_per_minute, from.query_per_minute);
    set(&mut quota.control_per_minute, from.control_per_minute);
    set(&mut quota.token_per_minute, from.token_per_minute);
    set(&mut quota.max_wait, span(from.max_quota_wait_ms));
    let stream = &mut config.stream;
    set(&mut stream.ping_interval, span(from.ping_interval_ms));
    set(&mut stream.silence, span(from.silence_ms));
    set(&mut stream.backoff.base, span(from.reconnect_base_ms));
    set(&mut stream.backoff.cap, span(from.reconnect_cap_ms));
    set(&mut stream.first_attempts, from.first_attempts);
    set(&mut stream.mailbox_rows, from.mailbox_rows);
    set(
        &mut stream.overflow,
        from.overflow.as_deref().map(overflow).transpose()?,
    );
    set(&mut stream.max_devices_per_connection, from.max_devices_per_connection);
    let stale = |factor| {
        (factor > 0).then(|| Staleness {
            factor,
            ..Staleness::default()
        })
    };
    set(&mut stream.staleness, from.stale_factor.map(stale));
    set(&mut stream.resync_interval, span(from.resync_interval_ms).map(Some));
    if let Some(signing) = from.signing {
        config.signer = Some(Arc::new(signer(signing)?));
    }
    Ok(())
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn overflow(text: &str) -> Result<OverflowPolicy> {
    match text {
        "drop_oldest" => Ok(OverflowPolicy::DropOldest),
        "block" => Ok(OverflowPolicy::Block),
        "latest" => Ok(OverflowPolicy::Latest),
        other => Err(Error::invalid("overflow", other)),
    }
}

fn signer(from: Signing) -> Result<HmacSigner> {
    let header = |name: String| name.parse().map_err(|error| Error::invalid("signing", error));
    let mut signer = HmacSigner::new(from.secret);
    signer.encoding = match from.encoding.as_deref() {
        Some("base64") => SignatureEncoding::Base64,
        _ => SignatureEncoding::Hex,
    };
    set(&mut signer.separator, from.separator);
    set(&mut signer.with_query, from.with_query);
    set(
        &mut signer.signature_header,
        from.signature_header.map(header).transpose()?,
    );
    set(
        &mut signer.timestamp_header,
        from.timestamp_header.map(header).transpose()?,
    );
    Ok(signer)
}

impl From<Given> for Credentials {
    fn from(given: Given) -> Self {
        match given {
            Given::Secret {
                client_id,
                client_secret,
            } => Self::client_secret(client_id, client_secret),
            Given::Token { token } => Self::token(token),
            Given::Provider { provider } => Self::provider(Provider(Mutex::new((provider, Vec::new())))),
        }
    }
}

/// Answers as the case says, one grant for each question. Questions that get no answer are kept open.
struct Provider(Mutex<(VecDeque<Grant>, Vec<Arc<TokenRequest>>)>);

impl TokenProvider for Provider {
    fn request(&self, request: Arc<TokenRequest>) -> std::result::Result<(), String> {
        let (grants, open) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match grants.pop_front() {
            Some(Grant::Token { token, expires_in_ms }) => {
                request.succeed(token, Duration::from_millis(expires_in_ms));
            }
            Some(Grant::Fail { fail }) => return Err(fail),
            Some(Grant::Silent {}) => open.push(request),
            None => return Err("the case has no further grant".to_owned()),
        }
        Ok(())
    }
}
