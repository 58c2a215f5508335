use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use secrecy::ExposeSecret;

use super::*;
use crate::{
    auth::token_cache::TokenCache,
    clock::{ManualClock, SystemClock},
    error::{Error, ErrorKind},
    tally::Tally,
};

/// A store in memory, as several processes would share one.
#[derive(Clone, Default)]
struct Shelf {
    token: Arc<Mutex<Option<StoredToken>>>,
    leased: Arc<AtomicBool>,
    broken: bool,
}

impl Shelf {
    fn answer<T>(&self, answer: T) -> std::result::Result<T, String> {
        if self.broken {
            Err("the keychain is locked\n  at …".into())
        } else {
            Ok(answer)
        }
    }
}

impl TokenStore for Shelf {
    fn load(&self) -> std::result::Result<Option<StoredToken>, String> {
        self.answer(self.token.lock().unwrap().clone())
    }

    fn save(&self, token: &StoredToken) -> std::result::Result<(), String> {
        *self.token.lock().unwrap() = Some(token.clone());
        self.answer(())
    }

    fn try_lease(&self, _: Duration) -> std::result::Result<bool, String> {
        self.answer(!self.leased.swap(true, Ordering::SeqCst))
    }

    fn release(&self) -> std::result::Result<(), String> {
        self.leased.store(false, Ordering::SeqCst);
        self.answer(())
    }
}

/// Hands out `t1`, `t2`, …; takes a moment for each.
struct Mint {
    clock: SharedClock,
    count: AtomicU32,
}

impl TokenSource for Mint {
    fn fetch<'a>(&'a self, _: Option<&'a Token>) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
            if number > 100 {
                return Err(Error::new(ErrorKind::RateLimited, "too many"));
            }
            Ok(Token::new(
                SecretString::from(format!("t{number}")),
                Duration::from_secs(86_400),
                &self.clock,
            ))
        })
    }
}

fn process(shelf: &Shelf, mint: &Arc<Mint>) -> TokenCache {
    let source = StoreSource {
        store: Arc::new(shelf.clone()),
        source: mint.clone(),
        clock: mint.clock.clone(),
    };
    TokenCache::new(Arc::new(source), mint.clock.clone(), Tally::default())
}

fn mint(clock: SharedClock) -> Arc<Mint> {
    Arc::new(Mint {
        clock,
        count: AtomicU32::new(0),
    })
}

#[tokio::test]
async fn two_hundred_cold_processes_ask_once() {
    let (shelf, mint) = (Shelf::default(), mint(SystemClock::shared()));
    let processes: Vec<_> = (0..200)
        .map(|_| {
            let cache = process(&shelf, &mint);
            tokio::spawn(async move { cache.token().await.unwrap().secret().expose_secret().to_owned() })
        })
        .collect();
    for token in processes {
        assert_eq!(token.await.unwrap(), "t1");
    }
    assert_eq!(mint.count.load(Ordering::SeqCst), 1);
    assert!(!shelf.leased.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_stored_token_that_was_refused_or_has_ended_is_replaced() {
    let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap());
    let (shelf, mint) = (Shelf::default(), mint(clock.shared()));
    let cache = process(&shelf, &mint);
    let first = cache.token().await.unwrap();
    cache.invalidate(&first);
    assert_eq!(cache.token().await.unwrap().secret().expose_secret(), "t2");
    assert_eq!(
        process(&shelf, &mint).token().await.unwrap().secret().expose_secret(),
        "t2"
    );
    clock.advance(Duration::from_secs(86_300));
    let late = process(&shelf, &mint).token().await.unwrap();
    assert_eq!(
        late.secret().expose_secret(),
        "t3",
        "one about to end is not taken from the store"
    );
}

#[tokio::test]
async fn a_broken_store_costs_a_request_and_nothing_else() {
    let shelf = Shelf {
        broken: true,
        ..Shelf::default()
    };
    let mint = mint(SystemClock::shared());
    let cache = process(&shelf, &mint);
    assert_eq!(cache.token().await.unwrap().secret().expose_secret(), "t1");
    assert_eq!(cache.token().await.unwrap().secret().expose_secret(), "t1");
    assert_eq!(mint.count.load(Ordering::SeqCst), 1);
}
