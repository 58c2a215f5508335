//! A stream's counters as metrics in `tracing`: see [`crate::tally`] for their form.

use std::{sync::Arc, time::Duration};

use super::{mailbox::Mailbox, stats::StreamStats};
use crate::clock::SharedClock;

/// How often they are told.
const INTERVAL: Duration = Duration::from_secs(10);

/// Tells what was counted since the last time, for ever.
pub(super) async fn tell(mailbox: Arc<Mailbox>, clock: SharedClock) {
    let mut before = StreamStats::default();
    loop {
        clock.sleep(INTERVAL).await;
        if tracing::enabled!(target: "tellus::metrics", tracing::Level::DEBUG) {
            let now = mailbox.stats();
            tell_difference(&before, &now);
            before = now;
        }
    }
}

fn tell_difference(before: &StreamStats, now: &StreamStats) {
    let quantile = |share| now.latency.quantile(share).map(|delay| delay.as_secs_f64());
    tracing::debug!(
        target: "tellus::metrics",
        {
            "monotonic_counter.tellus.stream.frames" = now.frames - before.frames,
            "monotonic_counter.tellus.stream.bytes" = now.bytes - before.bytes,
            "monotonic_counter.tellus.stream.connections" = now.connections - before.connections,
            "monotonic_counter.tellus.stream.reconnects" = now.reconnects - before.reconnects,
            "monotonic_counter.tellus.stream.dropped" = now.dropped - before.dropped,
            "monotonic_counter.tellus.stream.duplicates" = now.duplicates - before.duplicates,
            "monotonic_counter.tellus.stream.malformed" = now.malformed - before.malformed,
            "monotonic_counter.tellus.stream.unusual" = now.unusual - before.unusual,
            "monotonic_counter.tellus.stream.listener_failures" = now.listener_failures - before.listener_failures,
            "gauge.tellus.stream.waiting_rows" = now.waiting_rows,
            "gauge.tellus.stream.open_gaps" = now.open_gaps,
            "gauge.tellus.stream.latency_p50" = quantile(0.5),
            "gauge.tellus.stream.latency_p99" = quantile(0.99),
        },
        "a stream's counters"
    );
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        fmt,
        sync::{Arc, Mutex},
    };

    use tracing::{
        Event, Metadata, Subscriber,
        field::{Field, Visit},
        span::{Attributes, Id, Record},
    };

    use super::*;

    /// Keeps the fields of events for metrics.
    #[derive(Clone, Default)]
    struct Recorder(Arc<Mutex<BTreeMap<String, u64>>>);

    impl Visit for Recorder {
        fn record_u64(&mut self, field: &Field, value: u64) {
            self.0.lock().unwrap().insert(field.name().to_owned(), value);
        }
        fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
    }

    impl Subscriber for Recorder {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "tellus::metrics"
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, event: &Event<'_>) {
            event.record(&mut self.clone());
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn counters_are_told_as_differences_and_under_names_that_collectors_know() {
        let stats = |frames, open_gaps| StreamStats {
            frames,
            open_gaps,
            ..StreamStats::default()
        };
        let recorder = Recorder::default();
        tracing::subscriber::with_default(recorder.clone(), || {
            tell_difference(&stats(5, 9), &stats(12, 3));
            crate::tally::Tally::default().retry();
        });
        let told = recorder.0.lock().unwrap();
        assert_eq!(told["monotonic_counter.tellus.stream.frames"], 7);
        assert_eq!(told["gauge.tellus.stream.open_gaps"], 3);
        assert_eq!(told["monotonic_counter.tellus.client.retries"], 1);
    }
}
