use std::sync::atomic::{AtomicU32, Ordering};

use jiff::SignedDuration;
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

use super::*;
use crate::{clock::ManualClock, tally::Tally};

/// Hands out `t1`, `t2`, … each valid for a day; can be made to fail and to wait.
struct Mint {
    clock: SharedClock,
    count: AtomicU32,
    fail: std::sync::atomic::AtomicBool,
    gate: Semaphore,
}

impl TokenSource for Mint {
    fn fetch<'a>(&'a self, _refused: Option<&'a Token>) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            self.gate.acquire().await.unwrap().forget();
            let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
            if self.fail.load(Ordering::SeqCst) {
                return Err(Error::new(ErrorKind::Server, format!("failure {number}")));
            }
            let secret = SecretString::from(format!("t{number}"));
            Ok(Token::new(secret, Duration::from_secs(86_400), &self.clock))
        })
    }
}

fn bench() -> (ManualClock, Arc<Mint>, TokenCache) {
    let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap());
    let mint = Arc::new(Mint {
        clock: clock.shared(),
        count: AtomicU32::new(0),
        fail: false.into(),
        gate: Semaphore::new(1000),
    });
    let cache = TokenCache::new(mint.clone(), clock.shared(), Tally::default());
    (clock, mint, cache)
}

fn text(token: &Token) -> &str {
    token.secret().expose_secret()
}

#[tokio::test]
async fn fifty_callers_cost_one_fetch_and_share_its_failure() {
    let (_, mint, cache) = bench();
    mint.fail.store(true, Ordering::SeqCst);
    mint.gate.forget_permits(1000);
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.token().await })
        })
        .collect();
    tokio::task::yield_now().await;
    mint.gate.add_permits(1);
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap_err().reason(), "failure 1");
    }
    assert_eq!(mint.count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_late_refusal_of_an_old_token_leaves_the_new_one_alone() {
    let (_, mint, cache) = bench();
    let old = cache.token().await.unwrap();
    cache.invalidate(&old);
    let new = cache.token().await.unwrap();
    cache.invalidate(&old);
    assert_eq!(text(&cache.token().await.unwrap()), text(&new));
    assert_eq!(mint.count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_token_is_renewed_early_and_kept_while_the_renewal_fails() {
    let (clock, mint, cache) = bench();
    cache.token().await.unwrap();
    mint.fail.store(true, Ordering::SeqCst);
    clock.advance(Duration::from_secs(86_400 - 200));
    assert_eq!(text(&cache.token().await.unwrap()), "t1");
    while mint.count.load(Ordering::SeqCst) < 2 || cache.lock().fetching.is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(text(&cache.token().await.unwrap()), "t1");
    assert_eq!(mint.count.load(Ordering::SeqCst), 2, "a failed renewal pauses");
    clock.advance(Duration::from_secs(200));
    assert!(cache.token().await.is_err(), "an ended token is not handed out");
}

#[tokio::test]
async fn a_wall_clock_that_jumps_ends_a_token_forwards_but_never_lengthens_it() {
    let (clock, mint, cache) = bench();
    cache.token().await.unwrap();
    clock.jump_wall(SignedDuration::from_hours(-48));
    assert_eq!(text(&cache.token().await.unwrap()), "t1");
    clock.advance(Duration::from_secs(86_401));
    assert_eq!(text(&cache.token().await.unwrap()), "t2", "the other clock still runs");
    clock.jump_wall(SignedDuration::from_hours(48));
    assert_eq!(text(&cache.token().await.unwrap()), "t3", "slept past the end");
    assert_eq!(mint.count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn closing_during_a_fetch_revives_nothing() {
    let (_, mint, cache) = bench();
    mint.gate.forget_permits(1000);
    let caller = tokio::spawn({
        let cache = cache.clone();
        async move { cache.token().await }
    });
    tokio::task::yield_now().await;
    cache.close();
    mint.gate.add_permits(1);
    assert_eq!(caller.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(cache.token().await.unwrap_err().kind(), ErrorKind::Closed);
    assert!(cache.lock().token.is_none());
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let (_, _, cache) = bench();
    let token = cache.token().await.unwrap();
    assert!(!format!("{token:?} {cache:?}").contains("t1"));
}
