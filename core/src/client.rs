//! The client: one handle that wires settings, credentials and transport together.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderValue, header};
use serde_json::Value;
use tokio::sync::watch;
use url::Url;

use crate::{
    auth::{
        AccessToken, Credentials, FixedToken, ProviderSource, StoreSource, Token, TokenCache, TokenEndpoint,
        TokenSource,
    },
    config::Config,
    error::{Error, Result},
    net::{
        dial::Dialer,
        http::{HttpClient, ReqwestClient},
        proxy,
        tls::Tls,
    },
    policy::{
        budget::RetryBudget,
        in_flight::InFlight,
        quota::{Quota, QuotaClass},
        retry::Replay,
    },
    runtime,
    tally::{ClientStats, Tally},
    transport::{Quotas, Request, Transport},
};

/// A client of the platform. Cheap to clone; all clones share the token, the limits and the connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: Config,
    base_url: Url,
    dialer: Dialer,
    tokens: TokenCache,
    transport: Arc<Transport>,
    in_flight: InFlight,
    closed: watch::Sender<bool>,
}

impl Client {
    /// A client with these settings. Checks them and connects to nothing yet.
    pub fn new(config: Config, credentials: Credentials) -> Result<Self> {
        Self::assemble(config, credentials, None)
    }

    /// Like [`Client::new`], with an HTTP client of your own for the calls. Streams dial as ever.
    pub fn with_http(config: Config, credentials: Credentials, http: Arc<dyn HttpClient>) -> Result<Self> {
        Self::assemble(config, credentials, Some(http))
    }

    /// A client from the environment: see [`Config::from_env`] and [`Credentials::from_env`].
    pub fn from_env() -> Result<Self> {
        Self::new(Config::from_env()?, Credentials::from_env()?)
    }

    fn assemble(config: Config, credentials: Credentials, http: Option<Arc<dyn HttpClient>>) -> Result<Self> {
        let base_url = config.check()?;
        credentials.check()?;
        let tls = Tls::new(&config.extra_roots_pem, &config.spki_pins)?;
        let proxy = proxy::choose(&config.proxy, &base_url)?;
        let http = match http {
            Some(http) => http,
            None => ReqwestClient::shared(&config, &tls, proxy.as_deref())?,
        };
        let dialer = Dialer {
            tls: tls.for_websocket(),
            timeouts: config.dial,
            proxy,
        };
        let headers = default_headers(config.user_agent_suffix.as_deref())?;
        let tally = Tally::default();
        let quotas = Quotas::new(&config.quota, &config.clock);
        let source = token_source(credentials, &config, &base_url, &headers, &http, &quotas.token);
        let tokens = TokenCache::new(source, config.clock.clone(), tally.clone());
        let (closed, is_closed) = watch::channel(false);
        let transport = Arc::new(Transport {
            base_url: base_url.clone(),
            http,
            tokens: tokens.clone(),
            headers,
            timeout: config.request_timeout,
            retry: config.retry,
            budget: RetryBudget::default(),
            quotas,
            signer: config.signer.clone(),
            clock: config.clock.clone(),
            tally,
            closed: is_closed,
        });
        Ok(Self(Arc::new(Inner {
            config,
            base_url,
            dialer,
            tokens,
            transport,
            in_flight: InFlight::default(),
            closed,
        })))
    }

    /// Gets a token if there is none, and so tells early whether the credentials and the address are right.
    pub async fn authenticate(&self) -> Result<()> {
        self.token().await.map(drop)
    }

    /// The token that calls carry now, and how long it is still valid: for what the SDK does not reach itself. Whoever has
    /// it can do what you can.
    pub async fn access_token(&self) -> Result<AccessToken> {
        let token = self.token().await?;
        Ok(AccessToken {
            token: token.secret().clone(),
            expires_in: token.left(&self.0.config.clock),
        })
    }

    async fn token(&self) -> Result<Token> {
        if let Some(token) = self.0.tokens.at_hand()? {
            return Ok(token);
        }
        let tokens = self.0.tokens.clone();
        runtime::run(true, async move { tokens.token().await }).await
    }

    /// An authenticated call of any endpoint, also of one that the SDK does not know yet; returns the payload
    /// (the envelope's `data`).
    pub async fn request(&self, request: Request) -> Result<Value> {
        self.send(request).await
    }

    /// What this client and its clones have counted so far about their calls. Streams count for themselves.
    pub fn stats(&self) -> ClientStats {
        self.0.transport.tally.stats()
    }

    /// How many calls of this class may go out now without waiting, by our own count.
    pub fn quota_left(&self, class: QuotaClass) -> u32 {
        self.0.transport.quotas.of(class).left()
    }

    /// Ends everything that this client and its clones have under way, and forgets the token. May be called
    /// more than once and from anywhere; commands already sent run to their answer.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
        self.0.tokens.close();
    }

    /// Whether [`Client::close`] was called.
    pub fn is_closed(&self) -> bool {
        *self.0.closed.borrow()
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Sends a request on the SDK's own runtime. A caller who goes away stops a read; a command goes on.
    pub(crate) async fn send<T>(&self, request: Request) -> Result<T>
    where
        T: serde::de::DeserializeOwned + Send + 'static,
    {
        self.send_holding(request, ()).await
    }

    /// Like [`Client::send`]; `held` is let go of when the request is through, whoever still waits for it.
    pub(crate) async fn send_holding<T, H>(&self, request: Request, held: H) -> Result<T>
    where
        T: serde::de::DeserializeOwned + Send + 'static,
        H: Send + 'static,
    {
        let transport = self.0.transport.clone();
        let stop_on_drop = request.replay == Replay::Safe;
        let task = async move {
            let _held = held;
            transport.send(&request).await
        };
        runtime::run(stop_on_drop, task).await
    }

    pub(crate) fn commands_in_flight(&self) -> &InFlight {
        &self.0.in_flight
    }

    pub(crate) fn base_url(&self) -> &Url {
        &self.0.base_url
    }

    pub(crate) fn dialer(&self) -> &Dialer {
        &self.0.dialer
    }

    pub(crate) fn tokens(&self) -> &TokenCache {
        &self.0.tokens
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.transport.headers
    }

    pub(crate) fn closed(&self) -> watch::Receiver<bool> {
        self.0.closed.subscribe()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base_url.as_str())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// Where tokens come from, for these credentials.
fn token_source(
    credentials: Credentials,
    config: &Config,
    base_url: &Url,
    headers: &HeaderMap,
    http: &Arc<dyn HttpClient>,
    quota: &Arc<Quota>,
) -> Arc<dyn TokenSource> {
    let clock = config.clock.clone();
    match credentials {
        Credentials::ClientSecret {
            client_id,
            client_secret,
        } => Arc::new(TokenEndpoint {
            url: join(base_url, &["operator", "oauth", "token"]),
            client_id,
            client_secret,
            http: http.clone(),
            headers: headers.clone(),
            quota: quota.clone(),
            max_quota_wait: config.quota.max_wait,
            retry: config.retry,
            timeout: config.request_timeout,
            clock,
        }),
        Credentials::Provider(provider) => Arc::new(ProviderSource { provider, clock }),
        Credentials::Token(token) => Arc::new(FixedToken { token, clock }),
        Credentials::Stored { credentials, store } => Arc::new(StoreSource {
            store,
            source: token_source(*credentials, config, base_url, headers, http, quota),
            clock,
        }),
    }
}

/// The base URL with further path segments.
fn join(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Only URLs such as `mailto:` have no path, and those are refused by the config's check.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

fn default_headers(user_agent_suffix: Option<&str>) -> Result<HeaderMap> {
    let mut agent = format!("tellus-sdk/{}", env!("CARGO_PKG_VERSION"));
    if let Some(suffix) = user_agent_suffix {
        agent = format!("{agent} {suffix}");
    }
    let agent = HeaderValue::from_str(&agent)
        .map_err(|_| Error::invalid("user_agent_suffix", "holds characters that no header may hold"))?;
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, agent);
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    Ok(headers)
}
