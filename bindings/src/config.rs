//! Settings. What is left out has the core's default.

use std::time::Duration;

use tellus_core as core;

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
}

impl From<ClientConfig> for core::Config {
    fn from(from: ClientConfig) -> Self {
        let mut config = core::Config::new(from.base_url);
        config.extra_roots_pem = from.extra_roots_pem;
        config.allow_insecure_http = from.allow_insecure_http;
        config.devices = from.devices;
        config.user_agent_suffix = from.user_agent_suffix;
        set(&mut config.request_timeout, from.request_timeout);
        set(&mut config.retry.max_attempts, from.max_attempts);
        set(&mut config.retry.backoff.base, from.backoff_base);
        set(&mut config.stream.backoff.base, from.backoff_base);
        set(&mut config.quota.query_per_minute, from.query_per_minute);
        set(
            &mut config.stream.mailbox_rows,
            from.mailbox_rows.map(|rows| rows as usize),
        );
        config
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
