//! One token for all calls: fetched once however many ask, fetched early, and thrown away only if it is the very
//! token that the platform refused.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;

use crate::{
    clock::{BoxFuture, SharedClock},
    error::{Error, ErrorKind, Result},
    runtime,
    tally::Tally,
};

/// A token is renewed this long before it ends ("a few minutes early", say the documents) …
const EARLY: Duration = Duration::from_secs(300);
/// … plus up to this much, so that processes that started together do not renew together.
const EARLY_JITTER: Duration = Duration::from_secs(60);
/// Longer lifetimes only overflow the calendar.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
/// After a renewal in the background has failed, the next one waits this long.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// A bearer token and its end, by both clocks: the wall clock may be set, the other may stand still in sleep.
#[derive(Clone)]
pub(crate) struct Token {
    secret: Arc<SecretString>,
    lifetime: Duration,
    ends_wall: Timestamp,
    ends_monotonic: Duration,
    early: Duration,
}

impl Token {
    /// A token that is valid for `lifetime` from now.
    pub(crate) fn new(secret: SecretString, lifetime: Duration, clock: &SharedClock) -> Self {
        Self::restored(secret, lifetime, lifetime, clock)
    }

    /// A token that was valid for `lifetime` at first, and is for `left` from now.
    pub(crate) fn restored(secret: SecretString, lifetime: Duration, left: Duration, clock: &SharedClock) -> Self {
        let (lifetime, left) = (lifetime.min(CENTURY), left.min(CENTURY));
        let jitter = EARLY_JITTER.mul_f64(rand::rng().random());
        Self {
            secret: Arc::new(secret),
            lifetime,
            ends_wall: clock.now().checked_add(left).unwrap_or(Timestamp::MAX),
            ends_monotonic: clock.monotonic() + left,
            // A short-lived token is renewed in its last tenth, or it would never be fresh.
            early: (EARLY + jitter).min(lifetime / 10),
        }
    }

    /// The secret itself.
    pub(crate) fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// Time left by the clock that says less. A wall clock that was set back says more than the whole lifetime, and
    /// is then not believed.
    pub(crate) fn left(&self, clock: &SharedClock) -> Duration {
        let monotonic = self.ends_monotonic.saturating_sub(clock.monotonic());
        let wall = Duration::try_from(self.ends_wall.duration_since(clock.now())).unwrap_or_default();
        if wall > self.lifetime {
            monotonic
        } else {
            monotonic.min(wall)
        }
    }

    /// How long it was valid at first.
    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// When it ends, by the wall clock.
    pub(crate) fn ends(&self) -> Timestamp {
        self.ends_wall
    }

    /// Whether it need not be renewed yet.
    pub(crate) fn is_fresh(&self, clock: &SharedClock) -> bool {
        self.left(clock) > self.early
    }

    /// Whether both hold the same text. A store, or the platform itself, may answer with the token that was just refused.
    pub(crate) fn has_same_text(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
    }

    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.secret, &other.secret)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("ends", &self.ends_wall)
            .finish_non_exhaustive()
    }
}

/// Where tokens come from.
pub(crate) trait TokenSource: Send + Sync {
    /// Gets a new token; `refused` is the one that no longer serves, if there was one.
    fn fetch<'a>(&'a self, refused: Option<&'a Token>) -> BoxFuture<'a, Result<Token>>;
}

type Outcome = Option<Result<Token>>;

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// The last one that the platform refused.
    refused: Option<Token>,
    /// The fetch under way. Everybody who needs a token waits for its outcome, failure included.
    fetching: Option<watch::Receiver<Outcome>>,
    /// No renewal in the background before this moment.
    pause_until: Duration,
    closed: bool,
}

/// The cache. Cheap to clone.
#[derive(Clone)]
pub(crate) struct TokenCache {
    source: Arc<dyn TokenSource>,
    clock: SharedClock,
    tally: Tally,
    state: Arc<Mutex<State>>,
}

impl TokenCache {
    pub(crate) fn new(source: Arc<dyn TokenSource>, clock: SharedClock, tally: Tally) -> Self {
        Self {
            source,
            clock,
            tally,
            state: Arc::default(),
        }
    }

    /// A valid token: the one at hand, or a new one.
    pub(crate) async fn token(&self) -> Result<Token> {
        let mut outcome = {
            // One lock for both: a fetch that ends in between must not be followed by another.
            let mut state = self.lock();
            if let Some(token) = self.look(&mut state)? {
                return Ok(token);
            }
            self.start_fetch(&mut state)
        };
        // The borrow must not live across an await, hence the clone.
        let result = outcome
            .wait_for(Option::is_some)
            .await
            .map(|outcome| (*outcome).clone());
        match result {
            Ok(Some(result)) => result,
            // The fetching task is gone without an outcome: it panicked.
            _ => Err(Error::new(
                ErrorKind::Authentication,
                "no token could be got; please report this",
            )),
        }
    }

    /// The token at hand, if it is still valid. One that ends soon is renewed meanwhile.
    pub(crate) fn at_hand(&self) -> Result<Option<Token>> {
        self.look(&mut self.lock())
    }

    fn look(&self, state: &mut State) -> Result<Option<Token>> {
        if state.closed {
            return Err(Error::closed("client"));
        }
        let Some(token) = state.token.clone() else {
            return Ok(None);
        };
        let left = token.left(&self.clock);
        if left.is_zero() {
            state.token = None;
            return Ok(None);
        }
        if left <= token.early && self.clock.monotonic() >= state.pause_until {
            self.start_fetch(state);
        }
        Ok(Some(token))
    }

    /// Forgets `token`, which the platform has refused. A newer one, which another call has fetched meanwhile, stays.
    pub(crate) fn invalidate(&self, token: &Token) {
        let mut state = self.lock();
        if state.token.as_ref().is_some_and(|current| current.is_same(token)) {
            state.refused = state.token.take();
        }
    }

    /// Forgets everything and hands out nothing any more; a fetch under way revives nothing.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.token = None;
    }

    /// Joins the fetch under way, or starts one in a task of its own: a caller who goes away loses no token.
    fn start_fetch(&self, state: &mut State) -> watch::Receiver<Outcome> {
        if let Some(fetching) = &state.fetching {
            return fetching.clone();
        }
        let (done, fetching) = watch::channel(None);
        state.fetching = Some(fetching.clone());
        // A token that is renewed early still works, yet is not the answer to a renewal.
        let no_longer = state.token.clone().or_else(|| state.refused.clone());
        let cache = self.clone();
        runtime::spawn(async move {
            // Clears the way for the next fetch even if the source panics.
            struct Finish(TokenCache);
            impl Drop for Finish {
                fn drop(&mut self) {
                    self.0.lock().fetching = None;
                }
            }
            let finish = Finish(cache);
            finish.0.tally.token_refresh();
            let result = finish.0.source.fetch(no_longer.as_ref()).await;
            let result = finish.0.keep(result);
            drop(finish);
            done.send_replace(Some(result));
        });
        fetching
    }

    fn keep(&self, result: Result<Token>) -> Result<Token> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::closed("client"));
        }
        match &result {
            Ok(token) => state.token = Some(token.clone()),
            // The token at hand, if there is one, stays: it is still valid.
            Err(error) => {
                tracing::warn!(%error, still_valid = state.token.is_some(), "no new token");
                state.pause_until = self.clock.monotonic() + RENEWAL_PAUSE;
            }
        }
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "token_cache_tests.rs"]
mod tests;
