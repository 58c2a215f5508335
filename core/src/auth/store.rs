//! A token that several processes share: the platform lets ten token requests through in a minute, and two hundred
//! processes may start at once.
//!
//! Whoever finds no token takes a lease, asks the platform, and stores the answer; the others wait for it.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use rand::RngExt;
use secrecy::SecretString;

use super::token_cache::{Token, TokenSource};
use crate::{
    clock::{BoxFuture, SharedClock},
    error::Result,
};

/// How long a lease holds: longer than a token request with all its retries usually takes.
const LEASE: Duration = Duration::from_secs(60);
/// The pause between looks while another process asks.
const LOOK: Duration = Duration::from_millis(200);
/// After this long without a token from the others, this process asks for itself.
const PATIENCE: Duration = Duration::from_secs(90);

/// A place outside the process where a token is kept: a file, a keychain, a shared cache. Its methods may block; they are
/// never called on a thread that does I/O. A store that fails is as good as an empty one: it costs a token request.
pub trait TokenStore: Send + Sync {
    /// The token kept there, if there is one.
    fn load(&self) -> std::result::Result<Option<StoredToken>, String>;
    /// Keeps a token, in place of the former one.
    fn save(&self, token: &StoredToken) -> std::result::Result<(), String>;
    /// Takes the right to ask for a token, for `duration` at most; `false` if somebody else has it now.
    fn try_lease(&self, duration: Duration) -> std::result::Result<bool, String>;
    /// Gives that right back.
    fn release(&self) -> std::result::Result<(), String>;
}

/// A token as it is kept.
#[derive(Clone)]
pub struct StoredToken {
    /// The token, without `Bearer`.
    pub token: SecretString,
    /// How long it was valid at first.
    pub lifetime: Duration,
    /// When it ends, by the wall clock: processes share no other.
    pub expires_at: Timestamp,
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A source behind a store.
pub(crate) struct StoreSource {
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) source: Arc<dyn TokenSource>,
    pub(crate) clock: SharedClock,
}

impl TokenSource for StoreSource {
    fn fetch<'a>(&'a self, refused: Option<&'a Token>) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let start = self.clock.monotonic();
            loop {
                if let Some(token) = self.load(refused).await {
                    return Ok(token);
                }
                // A store that cannot lease must not keep anybody from working.
                let leased = self
                    .ask("try_lease", |store| store.try_lease(LEASE))
                    .await
                    .unwrap_or(true);
                let patient = self.clock.monotonic().saturating_sub(start) < PATIENCE;
                if leased || !patient {
                    return self.fetch_and_save(refused, leased).await;
                }
                let jitter = rand::rng().random_range(0.5..1.5);
                self.clock.sleep(LOOK.mul_f64(jitter)).await;
            }
        })
    }
}

impl StoreSource {
    /// With the lease in hand: somebody may have stored a token between our look and our lease.
    async fn fetch_and_save(&self, refused: Option<&Token>, leased: bool) -> Result<Token> {
        let result = match self.load(refused).await {
            Some(token) => Ok(token),
            None => {
                let result = self.source.fetch(refused).await;
                if let Ok(token) = &result {
                    let stored = StoredToken {
                        token: token.secret().clone(),
                        lifetime: token.lifetime(),
                        expires_at: token.ends(),
                    };
                    self.ask("save", move |store| store.save(&stored)).await;
                }
                result
            }
        };
        if leased {
            self.ask("release", |store| store.release()).await;
        }
        result
    }

    /// The stored token, unless it has ended, is about to, or is the one that was just refused.
    async fn load(&self, refused: Option<&Token>) -> Option<Token> {
        let stored = self.ask("load", |store| store.load()).await??;
        let left = Duration::try_from(stored.expires_at.duration_since(self.clock.now())).ok()?;
        let token = Token::restored(stored.token, stored.lifetime, left, &self.clock);
        let usable = token.is_fresh(&self.clock) && !refused.is_some_and(|refused| refused.has_same_text(&token));
        usable.then_some(token)
    }

    /// Runs foreign code on a thread that may wait. A failure is logged and counts as no answer.
    async fn ask<T: Send + 'static>(
        &self,
        what: &'static str,
        ask: impl FnOnce(&dyn TokenStore) -> std::result::Result<T, String> + Send + 'static,
    ) -> Option<T> {
        let store = self.store.clone();
        match tokio::task::spawn_blocking(move || ask(&*store)).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(reason)) => {
                let reason = reason.lines().next().unwrap_or_default();
                tracing::warn!(what, reason, "the token store failed");
                None
            }
            Err(_) => {
                tracing::warn!(what, "the token store panicked");
                None
            }
        }
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
