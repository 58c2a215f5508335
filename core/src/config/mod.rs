//! Every setting, with its unit, its default and where the default comes from.

mod stream;

use std::{fmt, sync::Arc, time::Duration};

use url::Url;

use crate::{
    clock::{SharedClock, SystemClock},
    error::{Error, Result},
    policy::retry::RetryPolicy,
    signature::RequestSigner,
};

pub use stream::{OverflowPolicy, Staleness, StreamConfig};

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
    /// The longest wait for a free place. A call that would have to wait longer, those before it included, fails at once and
    /// unsent as `RateLimited`; slow answers to those before it can add a fifth. Default: 75 s, one window and a quarter.
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
        positive(&[
            ("request_timeout", self.request_timeout),
            ("read_timeout", self.read_timeout),
            ("dial.dns", self.dial.dns),
            ("dial.tcp", self.dial.tcp),
            ("dial.tls", self.dial.tls),
            ("dial.upgrade", self.dial.upgrade),
        ])?;
        at_least_one(&[
            ("retry.max_attempts", u64::from(self.retry.max_attempts)),
            ("quota.query_per_minute", u64::from(self.quota.query_per_minute)),
            ("quota.control_per_minute", u64::from(self.quota.control_per_minute)),
            ("quota.token_per_minute", u64::from(self.quota.token_per_minute)),
        ])?;
        self.stream.check()?;
        check_base_url(&self.base_url, self.allow_insecure_http)
    }
}

/// Refuses spans of no length.
fn positive(fields: &[(&str, Duration)]) -> Result<()> {
    match fields.iter().find(|(_, value)| value.is_zero()) {
        Some((field, _)) => Err(Error::invalid(field, "must be longer than 0 s")),
        None => Ok(()),
    }
}

/// Refuses zeros.
fn at_least_one(fields: &[(&str, u64)]) -> Result<()> {
    match fields.iter().find(|(_, value)| *value == 0) {
        Some((field, _)) => Err(Error::invalid(field, "must be at least 1")),
        None => Ok(()),
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
fn required_env(name: &str) -> Result<String> {
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
        config.stream.partition = Some(crate::Partition { index: 2, count: 2 });
        assert_eq!(config.check().unwrap_err().details()["field"], "stream.partition");
    }
}
