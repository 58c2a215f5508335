//! The platform's token endpoint: `client_id` and `client_secret` for an access token.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::token_cache::{Token, TokenSource};
use crate::{
    clock::{BoxFuture, SharedClock},
    envelope,
    error::{Error, ErrorKind, Result},
    net::http::{HttpClient, HttpRequest},
    policy::{
        quota::{Place, Quota},
        retry::{Decision, Progress, Replay, RetryPolicy, progress_of_answer},
    },
};

/// The documented life of a token, for replies that do not tell it.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(86_400);

/// No platform issues a secret shorter than this.
const SHORTEST_SECRET: usize = 8;

/// The token endpoint with the credentials for it.
pub(crate) struct TokenEndpoint {
    pub(crate) url: Url,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) headers: HeaderMap,
    pub(crate) quota: Arc<Quota>,
    pub(crate) max_quota_wait: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Duration,
    pub(crate) clock: SharedClock,
}

/// The documents ask for JSON here, not for the form encoding of RFC 6749.
#[derive(Serialize)]
struct Ask<'a> {
    client_id: &'a str,
    client_secret: &'a str,
    grant_type: &'static str,
}

/// The documented reply.
#[derive(Deserialize)]
pub(crate) struct Grant {
    pub(crate) access_token: SecretString,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    pub(crate) expires_in: Option<f64>,
}

impl TokenEndpoint {
    async fn ask_with_retries(&self) -> Result<Token> {
        let mut attempt = 0;
        loop {
            let place = self.wait_for_place().await?;
            attempt += 1;
            let answer = self.ask().await;
            drop(place);
            let (error, progress) = match answer {
                Ok(token) => return Ok(token),
                Err(failure) => failure,
            };
            let decision = self
                .retry
                .decide(&error, progress, Replay::Safe, attempt, &mut rand::rng());
            match decision {
                Decision::Retry(wait) => self.clock.sleep(wait).await,
                _ => return Err(error.with_attempts(attempt)),
            }
        }
    }

    async fn wait_for_place(&self) -> Result<Place> {
        self.quota.enter(self.max_quota_wait).await.map_err(|wait| {
            Error::new(
                ErrorKind::RateLimited,
                "too many token requests in the last minute; none was sent",
            )
            .with_retry_after(Some(wait))
        })
    }

    async fn ask(&self) -> std::result::Result<Token, (Error, Progress)> {
        let request = self.request().map_err(|error| (error, Progress::Refused))?;
        // The lifetime counts from before the call: what the network takes is lost to us.
        let asked_at = self.clock.monotonic();
        let reply = self
            .http
            .send(request)
            .await
            .map_err(|failure| (failure.error, Progress::Ambiguous))?;
        let grant: Grant = envelope::open(reply.status, &reply.headers, &reply.body).map_err(|error| {
            let error = hide_secrets(error, &self.client_secret);
            let progress = progress_of_answer(&error);
            (error, progress)
        })?;
        self.accept(grant, asked_at).map_err(|error| (error, Progress::Refused))
    }

    fn request(&self) -> Result<HttpRequest> {
        let ask = Ask {
            client_id: &self.client_id,
            client_secret: self.client_secret.expose_secret(),
            grant_type: "client_credentials",
        };
        let body = serde_json::to_vec(&ask)
            .map_err(|error| Error::invalid("client_id", "cannot be written as JSON").with_source(error))?;
        let mut headers = self.headers.clone();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(HttpRequest {
            method: Method::POST,
            url: self.url.clone(),
            headers,
            body: Bytes::from(body),
            timeout: self.timeout,
        })
    }

    fn accept(&self, grant: Grant, asked_at: Duration) -> Result<Token> {
        if let Some(kind) = &grant.token_type
            && !kind.eq_ignore_ascii_case("bearer")
        {
            return Err(Error::new(
                ErrorKind::Decode,
                format!("the token is of type {kind:?}, and only bearer tokens are supported"),
            ));
        }
        if grant.access_token.expose_secret().is_empty() {
            return Err(Error::new(
                ErrorKind::Decode,
                "the token endpoint handed out an empty token",
            ));
        }
        let lifetime = match grant.expires_in {
            None => DEFAULT_LIFETIME,
            Some(seconds) => Duration::try_from_secs_f64(seconds)
                .map_err(|_| Error::new(ErrorKind::Decode, format!("expires_in cannot be {seconds} s")))?,
        };
        let taken = self.clock.monotonic().saturating_sub(asked_at);
        Ok(Token::new(
            grant.access_token,
            lifetime.saturating_sub(taken),
            &self.clock,
        ))
    }
}

impl TokenSource for TokenEndpoint {
    fn fetch<'a>(&'a self, _refused: Option<&'a Token>) -> BoxFuture<'a, Result<Token>> {
        Box::pin(self.ask_with_retries())
    }
}

/// What this endpoint answers may hold a token, or repeat the secret that it was sent: neither goes into an error.
fn hide_secrets(error: Error, client_secret: &SecretString) -> Error {
    let secret = client_secret.expose_secret();
    // A shorter one is a typing mistake, and stands in ordinary words.
    let said = match secret.len() {
        SHORTEST_SECRET.. => error.reason().replace(secret, "***"),
        _ => error.reason().to_owned(),
    };
    // `value` would be the very thing that was sent.
    let mut details = error.details().clone();
    details.retain(|name, _| name == "field" || name == "retry_after_seconds");
    let kind = error.kind();
    let reason = match kind {
        ErrorKind::Decode => {
            "the token endpoint's reply does not have the documented shape; check the base URL".to_owned()
        }
        ErrorKind::Authentication => format!("{said}; check client_id and client_secret"),
        _ => said,
    };
    let retryable = error.retryable();
    error
        .into_kind(kind, reason)
        .with_retryable(retryable)
        .with_details(details)
}
