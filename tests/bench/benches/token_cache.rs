//! What it costs to get the token that is at hand, with 64 tasks asking at once: the SDK's cache (which also looks at two
//! clocks and renews early) beside the least that a program could do by hand, a text behind an asynchronous lock.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark, not an interface")]

use std::{hint::black_box, sync::Arc, time::Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use tellus_core::{
    Client, Config, Credentials,
    clock::BoxFuture,
    net::http::{HttpClient, HttpFailure, HttpReply, HttpRequest},
};
use tokio::{runtime::Runtime, sync::Mutex, task::JoinSet};

const TASKS: usize = 64;
const CALLS: usize = 100;

/// Answers the one token request.
#[derive(Debug)]
struct Granting;

impl HttpClient for Granting {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpReply, HttpFailure>> {
        let body = r#"{"access_token":"t","token_type":"Bearer","expires_in":86400}"#.into();
        let reply = HttpReply {
            status: 200,
            headers: Default::default(),
            body,
        };
        Box::pin(std::future::ready(Ok(reply)))
    }
}

/// The least that a program could do by hand.
#[derive(Clone)]
struct ByHand(Arc<Mutex<(String, Instant)>>);

impl ByHand {
    async fn token(&self) -> Option<String> {
        let held = self.0.lock().await;
        (held.1.elapsed().as_secs() < 86_000).then(|| held.0.clone())
    }
}

async fn all<F: Future<Output = ()> + Send + 'static>(task: impl Fn() -> F) {
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        tasks.spawn(task());
    }
    tasks.join_all().await;
}

fn token_cache(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let client = Client::with_http(
        Config::new("https://platform.invalid"),
        Credentials::client_secret("id", "secret"),
        Arc::new(Granting),
    );
    let client = client.unwrap();
    runtime.block_on(client.authenticate()).unwrap();
    let by_hand = ByHand(Arc::new(Mutex::new(("t".repeat(400), Instant::now()))));

    let mut group = criterion.benchmark_group("token, 64 tasks x 100 calls");
    group.bench_function("tellus", |bencher| {
        bencher.to_async(&runtime).iter(|| {
            all(|| {
                let client = client.clone();
                async move {
                    for _ in 0..CALLS {
                        client.authenticate().await.unwrap();
                    }
                }
            })
        });
    });
    group.bench_function("by hand", |bencher| {
        bencher.to_async(&runtime).iter(|| {
            all(|| {
                let by_hand = by_hand.clone();
                async move {
                    for _ in 0..CALLS {
                        black_box(by_hand.token().await);
                    }
                }
            })
        });
    });
    group.finish();
}

criterion_group!(benches, token_cache);
criterion_main!(benches);
