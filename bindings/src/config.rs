//! Settings. What is left out has the core's default.

use std::{fmt, sync::Arc, time::Duration};

use tellus_core::{
    self as core, HmacSigner,
    config::{ProxySetting, Staleness},
};

use crate::{error::TellusError, signing::HmacSigning, testing::TestClock};

type OverflowPolicy = core::config::OverflowPolicy;

/// What happens when the consumer of a stream is slower than the stream.
#[uniffi::remote(Enum)]
pub enum OverflowPolicy {
    Block,
    DropOldest,
    Latest,
}

type Partition = core::Partition;

/// One of `count` equal parts of a fleet.
#[uniffi::remote(Record)]
pub struct Partition {
    pub index: u32,
    pub count: u32,
}

/// Through which proxy the platform is reached.
#[derive(Clone, uniffi::Enum)]
pub enum ProxyChoice {
    /// What the environment says.
    FromEnvironment,
    /// None, whatever the environment says.
    Direct,
    /// This one: `http://HOST:PORT`, or `http://USER:PASSWORD@HOST:PORT`.
    Url(String),
}

/// Shows no address, since it may hold a password.
impl fmt::Debug for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ProxySetting::from(self.clone()).fmt(f)
    }
}

impl From<ProxyChoice> for ProxySetting {
    fn from(choice: ProxyChoice) -> Self {
        match choice {
            ProxyChoice::FromEnvironment => Self::FromEnvironment,
            ProxyChoice::Direct => Self::None,
            ProxyChoice::Url(url) => Self::Url(url),
        }
    }
}

/// Settings of a client.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ClientConfig {
    /// The platform's base URL.
    pub base_url: String,
    /// Certificates (PEM) of further authorities to trust.
    #[uniffi(default = [])]
    pub extra_roots_pem: Vec<String>,
    /// Allows plain `http://` to a host that is not this machine.
    #[uniffi(default = false)]
    pub allow_insecure_http: bool,
    /// Devices that the app knows.
    #[uniffi(default = [])]
    pub devices: Vec<String>,
    /// Appended to the `User-Agent` header.
    #[uniffi(default = None)]
    pub user_agent_suffix: Option<String>,
    /// The longest wait for one answer.
    #[uniffi(default = None)]
    pub request_timeout: Option<Duration>,
    /// How often a call is sent at most.
    #[uniffi(default = None)]
    pub max_attempts: Option<u32>,
    /// The nominal wait before the first retry; each further one doubles it.
    #[uniffi(default = None)]
    pub backoff_base: Option<Duration>,
    /// Reads per minute.
    #[uniffi(default = None)]
    pub query_per_minute: Option<u32>,
    /// How many connector readings wait for the consumer of a stream at most.
    #[uniffi(default = None)]
    pub mailbox_rows: Option<u32>,
    /// Public keys (SHA-256 of the SubjectPublicKeyInfo, base64), one of which must be in the server's chain.
    #[uniffi(default = [])]
    pub spki_pins: Vec<String>,
    /// Through which proxy the platform is reached.
    #[uniffi(default = None)]
    pub proxy: Option<ProxyChoice>,
    /// No nominal wait before a retry or a connection is longer.
    #[uniffi(default = None)]
    pub backoff_cap: Option<Duration>,
    /// A longer `Retry-After` is not waited out.
    #[uniffi(default = None)]
    pub max_retry_after: Option<Duration>,
    /// A `Retry-After` is waited out and up to this much longer.
    #[uniffi(default = None)]
    pub retry_after_jitter: Option<Duration>,
    /// Control calls per minute.
    #[uniffi(default = None)]
    pub control_per_minute: Option<u32>,
    /// Token requests per minute.
    #[uniffi(default = None)]
    pub token_per_minute: Option<u32>,
    /// The longest wait for a free place in the minute.
    #[uniffi(default = None)]
    pub max_quota_wait: Option<Duration>,
    /// What happens when more than `mailbox_rows` wait.
    #[uniffi(default = None)]
    pub overflow: Option<OverflowPolicy>,
    /// More devices are spread over more connections.
    #[uniffi(default = None)]
    pub max_devices_per_connection: Option<u32>,
    /// A stream sends a ping this often.
    #[uniffi(default = None)]
    pub ping_interval: Option<Duration>,
    /// A stream's connection on which nothing arrived for this long is dead.
    #[uniffi(default = None)]
    pub silence: Option<Duration>,
    /// The nominal wait before a stream connects again, where it is not `backoff_base`.
    #[uniffi(default = None)]
    pub reconnect_base: Option<Duration>,
    /// No nominal wait between connections is longer, where that is not `backoff_cap`.
    #[uniffi(default = None)]
    pub reconnect_cap: Option<Duration>,
    /// How often a stream's first connection is tried before the stream fails.
    #[uniffi(default = None)]
    pub first_attempts: Option<u32>,
    /// An active device that reports nothing for this many times its usual interval has a gap; 0: never.
    #[uniffi(default = None)]
    pub stale_factor: Option<u32>,
    /// After a gap a silent device is asked for by a call, with this much time between two calls.
    #[uniffi(default = None)]
    pub resync_interval: Option<Duration>,
    /// The longest pause inside an answer.
    #[uniffi(default = None)]
    pub read_timeout: Option<Duration>,
    /// The longest wait for a name to be resolved.
    #[uniffi(default = None)]
    pub dns_timeout: Option<Duration>,
    /// The longest wait for a TCP connection.
    #[uniffi(default = None)]
    pub tcp_timeout: Option<Duration>,
    /// The longest wait for TLS to be agreed on.
    #[uniffi(default = None)]
    pub tls_timeout: Option<Duration>,
    /// The longest wait for the answer that makes a connection a stream.
    #[uniffi(default = None)]
    pub upgrade_timeout: Option<Duration>,
    /// How long the URL of a stream's connection, which names its devices, may be (bytes).
    #[uniffi(default = None)]
    pub max_url_bytes: Option<u32>,
    /// How many ended gaps a stream keeps.
    #[uniffi(default = None)]
    pub gaps_kept: Option<u32>,
    /// The part of the devices that streams of this process carry.
    #[uniffi(default = None)]
    pub partition: Option<Partition>,
    /// Signs every request.
    #[uniffi(default = None)]
    pub signing: Option<HmacSigning>,
    /// For tests: the time by which everything goes.
    #[uniffi(default = None)]
    pub clock: Option<Arc<TestClock>>,
}

impl TryFrom<ClientConfig> for core::Config {
    type Error = TellusError;

    fn try_from(from: ClientConfig) -> Result<Self, TellusError> {
        let mut config = core::Config::new(from.base_url);
        config.extra_roots_pem = from.extra_roots_pem;
        config.allow_insecure_http = from.allow_insecure_http;
        config.spki_pins = from.spki_pins;
        config.devices = from.devices;
        config.user_agent_suffix = from.user_agent_suffix;
        set(&mut config.request_timeout, from.request_timeout);
        set(&mut config.read_timeout, from.read_timeout);
        let dial = &mut config.dial;
        set(&mut dial.dns, from.dns_timeout);
        set(&mut dial.tcp, from.tcp_timeout);
        set(&mut dial.tls, from.tls_timeout);
        set(&mut dial.upgrade, from.upgrade_timeout);
        set(&mut config.proxy, from.proxy.map(Into::into));
        let retry = &mut config.retry;
        set(&mut retry.max_attempts, from.max_attempts);
        set(&mut retry.backoff.base, from.backoff_base);
        set(&mut retry.backoff.cap, from.backoff_cap);
        set(&mut retry.max_retry_after, from.max_retry_after);
        set(&mut retry.retry_after_jitter, from.retry_after_jitter);
        let quota = &mut config.quota;
        set(&mut quota.query_per_minute, from.query_per_minute);
        set(&mut quota.control_per_minute, from.control_per_minute);
        set(&mut quota.token_per_minute, from.token_per_minute);
        set(&mut quota.max_wait, from.max_quota_wait);
        let stream = &mut config.stream;
        set(&mut stream.backoff.base, from.reconnect_base.or(from.backoff_base));
        set(&mut stream.backoff.cap, from.reconnect_cap.or(from.backoff_cap));
        set(&mut stream.first_attempts, from.first_attempts);
        set(&mut stream.ping_interval, from.ping_interval);
        set(&mut stream.silence, from.silence);
        set(&mut stream.mailbox_rows, from.mailbox_rows.map(|rows| rows as usize));
        set(&mut stream.overflow, from.overflow);
        let devices = from.max_devices_per_connection.map(|devices| devices as usize);
        set(&mut stream.max_devices_per_connection, devices);
        set(&mut stream.staleness, from.stale_factor.map(staleness));
        set(&mut stream.resync_interval, from.resync_interval.map(Some));
        set(
            &mut stream.max_url_bytes,
            from.max_url_bytes.map(|bytes| bytes as usize),
        );
        set(&mut stream.gaps_kept, from.gaps_kept.map(|gaps| gaps as usize));
        stream.partition = from.partition;
        if let Some(signing) = from.signing {
            config.signer = Some(Arc::new(HmacSigner::try_from(signing)?));
        }
        if let Some(clock) = from.clock {
            config.clock = clock.0.shared();
        }
        Ok(config)
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// The rule for devices that fall silent, with the core's minimum; none for 0.
fn staleness(factor: u32) -> Option<Staleness> {
    (factor > 0).then(|| Staleness {
        factor,
        ..Staleness::default()
    })
}
