//! Carries one request to its answer: quota, token, send, read, decide, wait, again.

mod request;

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use url::Url;

pub use request::Request;
pub(crate) use request::check_segment;

use crate::{
    auth::{Token, TokenCache},
    clock::SharedClock,
    config::QuotaLimits,
    envelope,
    error::{Error, ErrorKind, Result},
    net::http::{HttpClient, HttpReply, HttpRequest},
    policy::{
        budget::RetryBudget,
        quota::{Place, Quota, QuotaClass},
        retry::{Decision, Progress, Replay, RetryPolicy, progress_of_answer},
    },
    secret::bearer,
    signature::{RequestSigner, SignedParts},
    tally::Tally,
};

/// Everything that a request needs on its way.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(crate) base_url: Url,
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) tokens: TokenCache,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: RetryBudget,
    pub(crate) quotas: Quotas,
    pub(crate) signer: Option<Arc<dyn RequestSigner>>,
    pub(crate) clock: SharedClock,
    pub(crate) tally: Tally,
    /// Turns `true` when the client is closed.
    pub(crate) closed: watch::Receiver<bool>,
}

/// The windows of the three classes.
#[derive(Debug)]
pub(crate) struct Quotas {
    query: Arc<Quota>,
    control: Arc<Quota>,
    /// Shared with the token endpoint, which spends it.
    pub(crate) token: Arc<Quota>,
    max_wait: Duration,
}

impl Quotas {
    pub(crate) fn new(limits: &QuotaLimits, clock: &SharedClock) -> Self {
        let per_minute = |limit| Quota::per_minute(limit, clock.clone());
        Self {
            query: per_minute(limits.query_per_minute),
            control: per_minute(limits.control_per_minute),
            token: per_minute(limits.token_per_minute),
            max_wait: limits.max_wait,
        }
    }

    pub(crate) fn of(&self, class: QuotaClass) -> &Arc<Quota> {
        match class {
            QuotaClass::Query => &self.query,
            QuotaClass::Control => &self.control,
            QuotaClass::Token => &self.token,
        }
    }
}

impl Transport {
    /// Sends `request` as often as the rules allow and returns the payload of the answer.
    pub(crate) async fn send<T: DeserializeOwned>(&self, request: &Request) -> Result<T> {
        let result = self.send_until_done(request).await;
        if result.is_err() {
            self.tally.failure();
        }
        result
    }

    async fn send_until_done<T: DeserializeOwned>(&self, request: &Request) -> Result<T> {
        let mut attempt = 0;
        let mut refreshed = false;
        loop {
            let place = self.wait_for_place(request.class).await?;
            let token = self.interruptible(self.tokens.token()).await??;
            attempt += 1;
            self.tally.request();
            if attempt > 1 {
                self.tally.retry();
            }
            let answer = self.attempt(request, &token).await;
            drop(place);
            let (error, progress) = match answer {
                Ok(payload) => {
                    if attempt == 1 {
                        self.budget.deposit();
                    }
                    return Ok(payload);
                }
                Err(failure) => failure,
            };
            if error.kind() == ErrorKind::RateLimited {
                self.tally.rate_limit();
            }
            // One new token for each request, at whichever attempt the old one was refused.
            if is_token_refused(&error) && !refreshed {
                refreshed = true;
                self.tokens.invalidate(&token);
                continue;
            }
            let decision = self
                .retry
                .decide(&error, progress, request.replay, attempt, &mut rand::rng());
            let error = error.with_attempts(attempt);
            match decision {
                Decision::Retry(wait) if self.budget.withdraw(error.kind() == ErrorKind::Timeout) => {
                    tracing::debug!(%error, attempt, ?wait, path = request.path(), "trying again");
                    self.interruptible(self.clock.sleep(wait)).await?;
                }
                Decision::Retry(_) | Decision::Surface => return Err(error),
                Decision::OutcomeUnknown => return Err(outcome_unknown(error)),
            }
        }
    }

    /// One attempt, built anew: fresh token, fresh headers.
    async fn attempt<T: DeserializeOwned>(
        &self,
        request: &Request,
        token: &Token,
    ) -> std::result::Result<T, (Error, Progress)> {
        let built = self.build(request, token).map_err(|error| (error, Progress::Refused))?;
        // A read may be cut off by `close()`. A command that is under way runs to its answer.
        let sent = match request.replay {
            Replay::Safe => self
                .interruptible(self.http.send(built))
                .await
                .map_err(|error| (error, Progress::Refused))?,
            Replay::OnlyIfUnsent => self.http.send(built).await,
        };
        let HttpReply { status, headers, body } = sent.map_err(|failure| {
            let progress = if failure.unsent {
                Progress::Unsent
            } else {
                Progress::Ambiguous
            };
            (failure.error, progress)
        })?;
        envelope::open(status, &headers, &body).map_err(|error| {
            let progress = progress_of_answer(&error);
            (error, progress)
        })
    }

    fn build(&self, request: &Request, token: &Token) -> Result<HttpRequest> {
        let mut headers = self.headers.clone();
        let authorization = bearer(token.secret()).ok_or_else(|| {
            Error::new(
                ErrorKind::Authentication,
                "the token holds characters that no header may hold; check what the provider hands out",
            )
        })?;
        headers.insert(header::AUTHORIZATION, authorization);
        let mut built = request.build(&self.base_url, headers, self.timeout)?;
        if let Some(signer) = &self.signer {
            let signature = signer.sign(&SignedParts {
                method: built.method.as_str(),
                path: built.url.path(),
                query: built.url.query(),
                timestamp: self.clock.now(),
                body: &built.body,
            })?;
            built.headers.extend(signature);
        }
        Ok(built)
    }

    async fn wait_for_place(&self, class: QuotaClass) -> Result<Place> {
        let entering = self.quotas.of(class).enter(self.quotas.max_wait);
        self.interruptible(entering).await?.map_err(|wait| {
            Error::new(
                ErrorKind::RateLimited,
                "the limit per minute, or of calls at a time, is reached; nothing was sent",
            )
            .with_retry_after(Some(wait))
        })
    }

    /// Waits for `future`, unless the client is closed first.
    async fn interruptible<R>(&self, future: impl Future<Output = R>) -> Result<R> {
        let mut closed = self.closed.clone();
        tokio::select! {
            biased;
            _ = closed.wait_for(|closed| *closed) => Err(Error::closed("client")),
            result = future => Ok(result),
        }
    }
}

/// Codes 2001 and 2002, or a bare 401 from a proxy before the platform. Not 2003: a new token has no more rights.
fn is_token_refused(error: &Error) -> bool {
    error.kind() == ErrorKind::Authentication && error.http_status() == Some(401)
        || matches!(error.code(), Some(2001 | 2002))
}

fn outcome_unknown(error: Error) -> Error {
    let reason = format!(
        "the command was sent and it is not known whether it was carried out: {}. It is not sent again by itself; \
         read the device's state first",
        error.reason()
    );
    error.into_kind(ErrorKind::OutcomeUnknown, reason)
}
