//! Wall time, monotonic time and waiting behind one seam, so that tests move a clock and never sleep.

mod manual;

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

#[doc(hidden)]
pub use manual::ManualClock;

/// A boxed future, for traits that are used as objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the SDK gets its time from.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Wall time. May jump: users set clocks, phones sleep.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment. Never goes back; on many systems it stands still while a phone sleeps.
    fn monotonic(&self) -> Duration;
    /// Ends after this much monotonic time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// A clock that many parts share.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// The machine's clock, ready to share.
    pub fn shared() -> SharedClock {
        Arc::new(Self { origin: Instant::now() })
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
