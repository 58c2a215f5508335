//! Every setting, with its unit, its default and where the default comes from.

use std::{fmt, sync::Arc, time::Duration};

use url::Url;

use crate::{
    clock::{SharedClock, SystemClock},
    error::{Error, Result},
    policy::{backoff::Backoff, partition::Partition, retry::RetryPolicy},
    signature::RequestSigner,
};

/// Settings of a client. Make one with [`Config::new`], change what differs, hand it to
/// [`Client::new`](crate::Client::new), which checks it.
#[derive(Debug, Clone)]
pub struct Config {
    /// The platform's base URL, given with the credentials. There is no default: the documented host names are
    /// placeholders. `/v1` is added where it is missing.
    pub base_url: String,
    /// Certificates (PEM) of further authorities to trust, besides the public ones: a sandbox's or a company's.
    pub extra_roots_pem: Vec<String>,
    /// Public keys (SHA-256 of the SubjectPublicKeyInfo, base64, with or without `sha256/` before it), one of which must be
    /// in the server's chain, besides the usual checks. Name a spare one: a renewed certificate may come with a new key.
    /// Default: none, no check.
    pub spki_pins: Vec<String>,
    /// Allows plain `http://` to a host that is not this machine: an emulator, a phone in the lab. Warns each time.
    /// Default: no.
    pub allow_insecure_http: bool,
    /// Devices that the caller knows: the platform has no call that lists them. Used by
    /// [`Client::known_devices`](crate::Client::known_devices).
    pub devices: Vec<String>,
    /// Appended to the `User-Agent` header, e.g. `installer-app/2.1`.
    pub user_agent_suffix: Option<String>,
    /// The longest wait for any one answer. Default: 30 s, as long as the platform's longest documented back-off.
    pub request_timeout: Duration,
    /// The longest silence while an answer is awaited or read. Default: 20 s.
    pub read_timeout: Duration,
    /// Time-outs of the parts of opening a connection.
    pub dial: DialTimeouts,
    /// Through which proxy the platform is reached. Default: what the environment says.
    pub proxy: ProxySetting,
    /// When and how often failed calls are repeated.
    pub retry: RetryPolicy,
    /// The platform's limits.
    pub quota: QuotaLimits,
    /// Signs requests, where the platform asks for that. Default: no signature.
    pub signer: Option<Arc<dyn RequestSigner>>,
    /// Settings of telemetry streams.
    pub stream: StreamConfig,
    /// Where time comes from. Only tests change it.
    pub clock: SharedClock,
}

/// Through which proxy the platform is reached, by REST and by the stream alike.
#[derive(Clone, PartialEq, Eq)]
pub enum ProxySetting {
    /// What `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say (`http_proxy` for plain HTTP).
    FromEnvironment,
    /// None, whatever the environment says.
    None,
    /// This one: `http://HOST:PORT`, or `http://USER:PASSWORD@HOST:PORT`.
    Url(String),
}

/// Shows no address, since it may hold a password.
impl fmt::Debug for ProxySetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FromEnvironment => "FromEnvironment",
            Self::None => "None",
            Self::Url(_) => "Url(..)",
        })
    }
}

/// Time-outs of the parts of opening a connection.
#[derive(Debug, Clone, Copy)]
pub struct DialTimeouts {
    /// Name look-up. Default: 5 s, one retry of a usual resolver.
    pub dns: Duration,
    /// TCP, over all addresses together. Default: 10 s.
    pub tcp: Duration,
    /// TLS handshake. Default: 10 s.
    pub tls: Duration,
    /// WebSocket upgrade. Default: 10 s.
    pub upgrade: Duration,
}

impl Default for DialTimeouts {
    fn default() -> Self {
        Self {
            dns: Duration::from_secs(5),
            tcp: Duration::from_secs(10),
            tls: Duration::from_secs(10),
            upgrade: Duration::from_secs(10),
        }
    }
}

/// The platform's limits, per `client_id` and minute. Lower them when several processes share a `client_id`.
#[derive(Debug, Clone, Copy)]
pub struct QuotaLimits {
    /// Reads. Default: 60, as documented.
    pub query_per_minute: u32,
    /// Control calls. Default: 30, as documented.
    pub control_per_minute: u32,
    /// Token requests. Default: 10, as documented.
    pub token_per_minute: u32,
    /// The longest wait for a free place; beyond it a call fails unsent as `RateLimited`. Default: 75 s, one window and
    /// what a slow answer adds to it.
    pub max_wait: Duration,
}

impl Default for QuotaLimits {
    fn default() -> Self {
        Self {
            query_per_minute: 60,
            control_per_minute: 30,
            token_per_minute: 10,
            max_wait: Duration::from_secs(75),
        }
    }
}

/// What happens when the consumer of a stream is slower than the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverflowPolicy {
    /// Stop reading the socket until there is room: nothing is lost on our side, yet the platform may cut us off.
    Block,
    /// Drop the oldest frames; they are counted and become gaps.
    DropOldest,
    /// Keep the newest reading of every connector only: for screens. What it replaces is counted and becomes gaps, which
    /// are not told one by one.
    Latest,
}

/// When a device that reported regularly counts as fallen silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staleness {
    /// After this many times the usual time between its frames, as learned. Default: 5.
    pub factor: u32,
    /// Not before this time. Default: 10 s.
    pub minimum: Duration,
}

impl Default for Staleness {
    fn default() -> Self {
        Self {
            factor: 5,
            minimum: Duration::from_secs(10),
        }
    }
}

/// Settings of telemetry streams.
#[derive(Debug, Clone, Copy)]
pub struct StreamConfig {
    /// A ping goes out this often. Default: 15 s; the platform documents no heartbeat.
    pub ping_interval: Duration,
    /// A connection on which nothing at all arrived for this long is dead. Default: 40 s, two and a half pings.
    pub silence: Duration,
    /// The waits between attempts to connect again.
    pub backoff: Backoff,
    /// The count of attempts starts anew after frames have flowed for this long. Default: 30 s.
    pub stable_after: Duration,
    /// How often the first connection is tried before the stream fails. Default: 5, as for calls. Once a stream was
    /// live it comes back however long that takes.
    pub first_attempts: u32,
    /// How many devices one connection carries at most; more devices are spread over more connections. Default: 200. A
    /// lost connection then leaves few devices unobserved, ten connections carry a large fleet, and the URL with their
    /// ids stays below `max_url_bytes`.
    pub max_devices_per_connection: usize,
    /// How long a connection's URL, which names its devices, may be (bytes). Default: 4096, half of what nginx takes in
    /// one line of a request's head by default.
    pub max_url_bytes: usize,
    /// Connection number k is first opened after k times this, and a random part of it. Default: 100 ms.
    pub connect_stagger: Duration,
    /// The part of the devices that this process carries, where several share a fleet: the others are left to the others.
    /// Default: none, all of them.
    pub partition: Option<Partition>,
    /// A change of the network or of the devices makes a connection dial anew, at most this often. Default: 1 s, since
    /// systems report one change of the network in several steps.
    pub min_wake_interval: Duration,
    /// When the wall clock runs ahead of the monotonic one by more than this, the machine slept, and all connections are
    /// opened anew. Default: 10 s; clocks that are set right move by less.
    pub sleep_threshold: Duration,
    /// The longest that sending a ping or a close may take. Default: 10 s.
    pub write_timeout: Duration,
    /// The largest message, in bytes. Default: 1 MiB.
    pub max_message: usize,
    /// How many connector readings wait for the consumer at most. Default: 65,536.
    pub mailbox_rows: usize,
    /// What happens beyond that. Default: the oldest are dropped, and counted.
    pub overflow: OverflowPolicy,
    /// When an active device that reports nothing has a gap. An idle one may be silent. `None`: never.
    pub staleness: Option<Staleness>,
    /// How many ended gaps are kept for [`Subscription::gaps`](crate::Subscription::gaps). Default: 65,536.
    pub gaps_kept: usize,
    /// After a gap, ask for the device's state by a call, with this much time between two calls, and deliver the answer as
    /// a frame of its own. The calls count against the quota. Default: off.
    pub resync_interval: Option<Duration>,
}

impl Default for StreamConfig {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(15),
            silence: Duration::from_secs(40),
            backoff: Backoff::default(),
            stable_after: Duration::from_secs(30),
            first_attempts: 5,
            max_devices_per_connection: 200,
            max_url_bytes: 4096,
            connect_stagger: Duration::from_millis(100),
            partition: None,
            min_wake_interval: Duration::from_secs(1),
            sleep_threshold: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            max_message: 1 << 20,
            mailbox_rows: 1 << 16,
            overflow: OverflowPolicy::DropOldest,
            staleness: Some(Staleness::default()),
            gaps_kept: 1 << 16,
            resync_interval: None,
        }
    }
}

impl Config {
    /// The default settings for a platform at `base_url`.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            extra_roots_pem: Vec::new(),
            spki_pins: Vec::new(),
            allow_insecure_http: false,
            devices: Vec::new(),
            user_agent_suffix: None,
            request_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_secs(20),
            dial: DialTimeouts::default(),
            proxy: ProxySetting::FromEnvironment,
            retry: RetryPolicy::default(),
            quota: QuotaLimits::default(),
            signer: None,
            stream: StreamConfig::default(),
            clock: SystemClock::shared(),
        }
    }

    /// Settings from the environment: `TELLUS_BASE_URL`, and, where set, `TELLUS_CA_FILE` (a PEM file with further
    /// authorities) and `TELLUS_DEVICES` (comma-separated ids).
    pub fn from_env() -> Result<Self> {
        let mut config = Self::new(required_env("TELLUS_BASE_URL")?);
        if let Some(path) = env("TELLUS_CA_FILE") {
            let pem = std::fs::read_to_string(&path)
                .map_err(|error| Error::invalid("TELLUS_CA_FILE", format_args!("{path}: {error}")))?;
            config.extra_roots_pem.push(pem);
        }
        if let Some(devices) = env("TELLUS_DEVICES") {
            let ids = devices.split(',').map(str::trim).filter(|id| !id.is_empty());
            config.devices = ids.map(str::to_owned).collect();
        }
        Ok(config)
    }

    /// Checks all settings, and returns the base URL in the form the SDK uses: it ends in `/v1`, without a slash.
    pub(crate) fn check(&self) -> Result<Url> {
        let positive = [
            ("request_timeout", self.request_timeout),
            ("read_timeout", self.read_timeout),
            ("dial.dns", self.dial.dns),
            ("dial.tcp", self.dial.tcp),
            ("dial.tls", self.dial.tls),
            ("dial.upgrade", self.dial.upgrade),
            ("stream.ping_interval", self.stream.ping_interval),
            ("stream.write_timeout", self.stream.write_timeout),
            ("stream.sleep_threshold", self.stream.sleep_threshold),
        ];
        for (field, value) in positive {
            if value.is_zero() {
                return Err(Error::invalid(field, "must be longer than 0 s"));
            }
        }
        let at_least_one = [
            ("retry.max_attempts", u64::from(self.retry.max_attempts)),
            ("quota.query_per_minute", u64::from(self.quota.query_per_minute)),
            ("quota.control_per_minute", u64::from(self.quota.control_per_minute)),
            ("quota.token_per_minute", u64::from(self.quota.token_per_minute)),
            ("stream.first_attempts", u64::from(self.stream.first_attempts)),
            ("stream.mailbox_rows", self.stream.mailbox_rows as u64),
            ("stream.max_message", self.stream.max_message as u64),
            (
                "stream.max_devices_per_connection",
                self.stream.max_devices_per_connection as u64,
            ),
            ("stream.max_url_bytes", self.stream.max_url_bytes as u64),
        ];
        for (field, value) in at_least_one {
            if value == 0 {
                return Err(Error::invalid(field, "must be at least 1"));
            }
        }
        if let Some(rule) = self.stream.staleness
            && (rule.factor < 2 || rule.minimum.is_zero())
        {
            return Err(Error::invalid(
                "stream.staleness",
                "needs a factor of at least 2 and a minimum longer than 0 s, or every late frame makes a gap",
            ));
        }
        if self.stream.resync_interval.is_some_and(|interval| interval.is_zero()) {
            return Err(Error::invalid("stream.resync_interval", "must be longer than 0 s"));
        }
        if self.stream.silence <= self.stream.ping_interval {
            return Err(Error::invalid(
                "stream.silence",
                "must be longer than stream.ping_interval, or every quiet connection counts as dead",
            ));
        }
        if let Some(part) = self.stream.partition
            && part.index >= part.count
        {
            return Err(Error::invalid(
                "stream.partition",
                format_args!(
                    "there is no part {} of {}; parts are counted from 0",
                    part.index, part.count
                ),
            ));
        }
        check_base_url(&self.base_url, self.allow_insecure_http)
    }
}

/// Checks a base URL and gives it its one form.
fn check_base_url(text: &str, allow_insecure_http: bool) -> Result<Url> {
    let invalid = |reason: &dyn fmt::Display| Error::invalid("base_url", reason);
    let mut url = Url::parse(text.trim())
        .map_err(|error| invalid(&format_args!("is not a URL ({error}); expected https://HOST/v1")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(&"must hold no user or password; credentials are given apart"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(&"must hold no query and no fragment"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(invalid(&"names no host; expected https://HOST/v1"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" if allow_insecure_http => {
            tracing::warn!(
                host = url.host_str(),
                "plain HTTP: credentials and readings travel unencrypted"
            );
        }
        "http" => {
            return Err(invalid(
                &"plain http:// would send credentials unencrypted; use https:// (for a test host in your lab, set \
                  allow_insecure_http)",
            ));
        }
        other => return Err(invalid(&format_args!("must begin with https://, not {other}://"))),
    }
    // The documents give the base URL with `/v1`, and repeat it in their paths: accept both.
    let path = url.path().trim_end_matches('/').to_owned();
    let path = if path.ends_with("/v1") {
        path
    } else {
        format!("{path}/v1")
    };
    url.set_path(&path);
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// An environment variable that is set and not empty.
pub(crate) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// An environment variable that must be set.
pub(crate) fn required_env(name: &str) -> Result<String> {
    env(name).ok_or_else(|| {
        Error::invalid(
            name,
            "is not set in the environment; set it, or run against the sandbox, which prints what to set",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> String {
        match check_base_url(text, false) {
            Ok(url) => url.to_string(),
            Err(error) => error.reason().to_owned(),
        }
    }

    #[test]
    fn the_version_is_added_where_it_is_missing() {
        for text in ["https://h", "https://h/", "https://h/v1", " https://h/v1/ "] {
            assert_eq!(url(text), "https://h/v1", "{text}");
        }
        assert_eq!(url("https://h:8443/tellus"), "https://h:8443/tellus/v1");
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for host in ["localhost:1", "127.0.0.1:1", "[::1]:1", "box.localhost:1"] {
            assert_eq!(url(&format!("http://{host}")), format!("http://{host}/v1"));
        }
        assert!(url("http://example.com/v1").contains("https://"));
        assert!(check_base_url("http://example.com", true).is_ok());
    }

    #[test]
    fn other_mistakes_are_named() {
        assert!(url("example.com").starts_with("base_url: is not a URL"));
        assert!(url("ftp://example.com").contains("ftp://"));
        assert!(url("https://me:pw@h").contains("password"));
        assert!(url("https://h/v1?x=1").contains("query"));
    }

    #[test]
    fn settings_that_cannot_work_are_refused_by_name() {
        let mut config = Config::new("https://h");
        config.stream.silence = config.stream.ping_interval;
        assert_eq!(config.check().unwrap_err().details()["field"], "stream.silence");
        let mut config = Config::new("https://h");
        config.retry.max_attempts = 0;
        assert_eq!(config.check().unwrap_err().details()["field"], "retry.max_attempts");
        let mut config = Config::new("https://h");
        config.stream.partition = Some(Partition { index: 2, count: 2 });
        assert_eq!(config.check().unwrap_err().details()["field"], "stream.partition");
    }
}
