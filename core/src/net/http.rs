//! HTTP behind a trait, so that tests and special networks can bring their own; the usual one is reqwest.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use super::{pins::PIN_MISMATCH, tls::Tls};
use crate::{
    clock::BoxFuture,
    config::Config,
    error::{Error, ErrorKind, Result},
    secret::redact_url,
};

/// Larger replies are refused: no documented page comes near.
const MAX_BODY: usize = 32 << 20;
/// Idle connections are closed before the usual proxies (60 to 75 s) close them under us.
const POOL_IDLE: Duration = Duration::from_secs(20);
/// A dead HTTP/2 connection (Wi-Fi to cellular) is found within this and the next.
const H2_PING: Duration = Duration::from_secs(15);
const H2_PONG: Duration = Duration::from_secs(5);

/// One request, ready to be sent.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: Url,
    /// All headers. Those with credentials are marked sensitive.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// The longest that it may take, from the first byte to the last.
    pub timeout: Duration,
}

/// A reply, read to its end.
#[derive(Debug, Clone)]
pub struct HttpReply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why there is no reply.
#[derive(Debug)]
pub struct HttpFailure {
    /// `true` if it is certain that no byte of the request left: then even a command may be sent again.
    pub unsent: bool,
    /// What happened; holds no URL with a query.
    pub error: Error,
}

/// Sends requests. Must not retry, must not follow redirects: the transport above decides.
pub trait HttpClient: Send + Sync + fmt::Debug {
    /// Sends one request and reads the reply to its end.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, std::result::Result<HttpReply, HttpFailure>>;
}

/// The usual HTTP client, over reqwest.
#[derive(Debug, Clone)]
pub(crate) struct ReqwestClient(reqwest::Client);

impl ReqwestClient {
    pub(crate) fn shared(config: &Config, tls: &Tls, proxy: Option<&Url>) -> Result<Arc<dyn HttpClient>> {
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.for_rest())
            // The transport classifies and repeats; a second loop below it would send commands twice.
            .retry(reqwest::retry::never())
            // Credentials never follow a redirect to another host.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(config.dial.dns + config.dial.tcp + config.dial.tls)
            .read_timeout(config.read_timeout)
            .pool_idle_timeout(POOL_IDLE)
            .http2_keep_alive_interval(H2_PING)
            .http2_keep_alive_timeout(H2_PONG)
            .http2_keep_alive_while_idle(true)
            .tcp_nodelay(true)
            // Which proxy is decided above, for the stream as well: both must go the same way.
            .no_proxy();
        let builder = match proxy.map(|url| reqwest::Proxy::all(url.as_str())) {
            None => builder,
            Some(Ok(proxy)) => builder.proxy(proxy),
            Some(Err(error)) => return Err(Error::invalid("proxy", error.without_url())),
        };
        let client = builder.build().map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, "the HTTP client cannot be set up").with_source(error)
        })?;
        Ok(Arc::new(Self(client)))
    }
}

impl HttpClient for ReqwestClient {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, std::result::Result<HttpReply, HttpFailure>> {
        Box::pin(async move {
            let url = request.url.clone();
            let sent = self
                .0
                .request(request.method, request.url)
                .headers(request.headers)
                .timeout(request.timeout)
                .body(request.body)
                .send()
                .await;
            match sent {
                Ok(response) => read(response).await.map_err(|error| HttpFailure {
                    unsent: false,
                    error: describe(error, &redact_url(&url)),
                }),
                Err(error) => Err(HttpFailure {
                    // Builder errors and failed connects happen before the first byte.
                    unsent: error.is_connect() || error.is_builder(),
                    error: describe(error, &redact_url(&url)),
                }),
            }
        })
    }
}

/// Reads the body, but not more than the limit.
async fn read(mut response: reqwest::Response) -> std::result::Result<HttpReply, ReadError> {
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let announced = response.content_length();
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(ReadError::TooLarge);
    }
    let first = response.chunk().await?.unwrap_or_default();
    let mut next = response.chunk().await?;
    let mut length = first.len();
    let mut body = Vec::new();
    // What comes in one piece, as most replies do, is not copied.
    if next.is_some() {
        let expected = announced.and_then(|length| usize::try_from(length).ok());
        body.reserve(expected.unwrap_or_default().min(MAX_BODY));
        body.extend_from_slice(&first);
    }
    while let Some(chunk) = next {
        length += chunk.len();
        if length > MAX_BODY {
            return Err(ReadError::TooLarge);
        }
        body.extend_from_slice(&chunk);
        next = response.chunk().await?;
    }
    let body = if body.is_empty() { first } else { body.into() };
    Ok(HttpReply { status, headers, body })
}

#[derive(Debug)]
enum ReadError {
    Http(reqwest::Error),
    TooLarge,
}

impl From<reqwest::Error> for ReadError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

/// Turns a library's error into ours. reqwest's own text holds the whole URL, so that is taken out first.
fn describe(error: impl Into<ReadError>, shown: &str) -> Error {
    let error = match error.into() {
        ReadError::Http(error) => error.without_url(),
        ReadError::TooLarge => {
            return Error::new(
                ErrorKind::Decode,
                format!("the reply from {shown} is larger than {} MiB", MAX_BODY >> 20),
            );
        }
    };
    let cause = root_cause(&error);
    let (kind, text) = if error.is_connect() {
        let kind = if error.is_timeout() {
            ErrorKind::Timeout
        } else {
            ErrorKind::Connection
        };
        (
            kind,
            format!("{shown} cannot be reached: {cause}; check the base URL and the network"),
        )
    } else if error.is_timeout() {
        (ErrorKind::Timeout, format!("{shown} did not answer in time"))
    } else if error.is_body() || error.is_decode() {
        (
            ErrorKind::Connection,
            format!("the reply from {shown} was cut short: {cause}"),
        )
    } else if error.is_builder() {
        (
            ErrorKind::InvalidRequest,
            format!("the request to {shown} cannot be built: {cause}"),
        )
    } else {
        (
            ErrorKind::Connection,
            format!("the connection to {shown} broke: {cause}"),
        )
    };
    // A wrong key stays wrong: asking again only tells whoever listens in.
    let retryable = !cause.contains(PIN_MISMATCH);
    let described = Error::new(kind, text).with_source(error);
    if retryable {
        described
    } else {
        described.with_retryable(false)
    }
}

/// The innermost text: libraries wrap "connection refused" three times.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
