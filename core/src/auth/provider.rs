//! Access tokens from outside: an app asks its own backend, which keeps the `client_secret`.
//!
//! The call returns at once and the answer comes through the request object, whenever it is ready: an app's own
//! networking is asynchronous in a way that no foreign trait can express.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;

use super::token_cache::{Token, TokenSource};
use crate::{
    clock::{BoxFuture, SharedClock},
    error::{Error, ErrorKind, Result},
    secret::SecretString,
};

/// The longest that a provider may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of a provider's failure text is kept: its first line, cut here. Some languages hand over whole stack traces.
const REASON: usize = 200;

/// Hands out access tokens.
pub trait TokenProvider: Send + Sync {
    /// Is asked for a token. Must return soon; the answer goes into `request`, at once or later, from any thread.
    /// An error counts as [`TokenRequest::fail`].
    fn request(&self, request: std::sync::Arc<TokenRequest>) -> std::result::Result<(), String>;
}

/// An access token from a provider.
pub struct AccessToken {
    /// The token, without `Bearer`.
    pub token: SecretString,
    /// How long it is still valid.
    pub expires_in: Duration,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// An open question to a provider. Only the first answer counts.
pub struct TokenRequest(Mutex<Option<oneshot::Sender<Result<AccessToken>>>>);

impl TokenRequest {
    /// Answers with a token that is valid for `expires_in` from now.
    pub fn succeed(&self, token: String, expires_in: Duration) {
        let answer = if token.trim().is_empty() {
            Err(failed("it handed out an empty token"))
        } else {
            Ok(AccessToken {
                token: SecretString::from(token),
                expires_in,
            })
        };
        self.answer(answer);
    }

    /// Answers that there is no token, and why. Only the first line of `reason` is kept.
    pub fn fail(&self, reason: &str) {
        self.answer(Err(failed(reason)));
    }

    /// Whether the question is still open.
    pub fn is_open(&self) -> bool {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sender.as_ref().is_some_and(|sender| !sender.is_closed())
    }

    fn answer(&self, answer: Result<AccessToken>) {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            // Nobody waits any more: the time-out was faster.
            let _ = sender.send(answer);
        }
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("is_open", &self.is_open())
            .finish()
    }
}

fn failed(reason: &str) -> Error {
    let line = reason.trim().lines().next().unwrap_or_default();
    let line: String = line.chars().take(REASON).collect();
    Error::new(ErrorKind::Authentication, format!("the token provider failed: {line}"))
}

/// A provider as the token cache sees it.
pub(crate) struct ProviderSource {
    pub(crate) provider: std::sync::Arc<dyn TokenProvider>,
    pub(crate) clock: SharedClock,
}

impl TokenSource for ProviderSource {
    fn fetch<'a>(&'a self, _refused: Option<&'a Token>) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let (sender, answer) = oneshot::channel();
            let request = std::sync::Arc::new(TokenRequest(Mutex::new(Some(sender))));
            let provider = self.provider.clone();
            let asked = {
                let request = request.clone();
                // Foreign code: never on a runtime thread.
                tokio::task::spawn_blocking(move || provider.request(request))
            };
            let answered = async {
                match asked.await {
                    Ok(Ok(())) => {}
                    Ok(Err(reason)) => request.fail(&reason),
                    Err(_) => request.fail("it panicked"),
                }
                // Let go of our own hold: a provider that drops the request without an answer is then noticed at once.
                drop(request);
                answer.await.unwrap_or_else(|_| Err(failed("it dropped the request")))
            };
            tokio::select! {
                answer = answered => {
                    let AccessToken { token, expires_in } = answer?;
                    Ok(Token::new(token, expires_in, &self.clock))
                }
                () = self.clock.sleep(PATIENCE) => Err(Error::new(
                    ErrorKind::Timeout,
                    format!("the token provider did not answer within {} s", PATIENCE.as_secs()),
                )),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{clock::SystemClock, secret::ExposeSecret};

    struct Answer(fn(&TokenRequest) -> std::result::Result<(), String>);

    impl TokenProvider for Answer {
        fn request(&self, request: Arc<TokenRequest>) -> std::result::Result<(), String> {
            (self.0)(&request)
        }
    }

    async fn fetch(answer: fn(&TokenRequest) -> std::result::Result<(), String>) -> Result<Token> {
        let source = ProviderSource {
            provider: Arc::new(Answer(answer)),
            clock: SystemClock::shared(),
        };
        source.fetch(None).await
    }

    #[tokio::test]
    async fn the_first_answer_counts() {
        let token = fetch(|request| {
            request.succeed("first".into(), Duration::from_secs(60));
            request.fail("too late");
            Ok(())
        });
        assert_eq!(token.await.unwrap().secret().expose_secret(), "first");
    }

    #[tokio::test]
    async fn a_failure_keeps_only_its_first_line() {
        let error = fetch(|_| Err("backend says 503\n  at App.kt:12\n".into()))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!(error.reason(), "the token provider failed: backend says 503");
    }

    #[tokio::test]
    async fn an_empty_token_and_a_panic_are_failures() {
        let empty = fetch(|request| {
            request.succeed(" ".into(), Duration::from_secs(60));
            Ok(())
        });
        assert!(empty.await.unwrap_err().reason().contains("empty token"));
        assert!(
            fetch(|_| panic!("boom"))
                .await
                .unwrap_err()
                .reason()
                .contains("panicked")
        );
    }
}
