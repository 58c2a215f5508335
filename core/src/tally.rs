//! What a client has counted so far, as a struct and as metrics in `tracing`.
//!
//! Metrics are events with the target `tellus::metrics` whose fields have the prefixes that
//! `tracing-opentelemetry`'s metrics layer looks for (`monotonic_counter.`, `counter.`, `histogram.`); names are dotted and
//! units stand in the docs, as OpenTelemetry wants.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A client's counters for its calls, since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClientStats {
    /// Requests sent, repeated ones included, those for tokens not. As a metric: `tellus.client.requests`.
    pub requests: u64,
    /// Requests that were repeated, after whatever failure. As a metric: `tellus.client.retries`.
    pub retries: u64,
    /// Answers that said that there were too many requests (429 or code 5001). As a metric: `tellus.client.rate_limited`.
    pub rate_limited: u64,
    /// Calls that failed in the end. As a metric: `tellus.client.failures`.
    pub failures: u64,
    /// Tokens asked for, successfully or not. As a metric: `tellus.client.token_refreshes`.
    pub token_refreshes: u64,
}

/// The same counters while they count. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    rate_limited: AtomicU64,
    failures: AtomicU64,
    token_refreshes: AtomicU64,
}

/// Counts one, and says so to whoever collects metrics.
macro_rules! counted {
    ($($(#[$doc:meta])* $name:ident => $field:ident $metric:literal;)*) => {
        impl Tally {
            $($(#[$doc])*
            pub(crate) fn $name(&self) {
                self.0.$field.fetch_add(1, Ordering::Relaxed);
                tracing::trace!(target: "tellus::metrics", { $metric = 1_u64 }, "counted");
            })*

            pub(crate) fn stats(&self) -> ClientStats {
                ClientStats {
                    $($field: self.0.$field.load(Ordering::Relaxed),)*
                }
            }
        }
    };
}

counted! {
    /// A request goes out.
    request => requests "monotonic_counter.tellus.client.requests";
    /// It is one that went out before.
    retry => retries "monotonic_counter.tellus.client.retries";
    /// The platform says that there are too many.
    rate_limit => rate_limited "monotonic_counter.tellus.client.rate_limited";
    /// A call has failed.
    failure => failures "monotonic_counter.tellus.client.failures";
    /// A token is asked for.
    token_refresh => token_refreshes "monotonic_counter.tellus.client.token_refreshes";
}
