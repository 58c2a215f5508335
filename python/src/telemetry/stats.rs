//! What streams and clients have counted.

use tellus_core::Latency;

use crate::convert::ToPython;
use pyo3::prelude::*;

crate::model::model! {
    /// What a stream has counted since it was opened.
    StreamStats(tellus_core::StreamStats) {
        /// Frames received and understood, without duplicates.
        frames,
        /// Bytes of text received.
        bytes "B",
        /// Connections opened.
        connections,
        /// Those of them that took the place of one that was lost, or was closed to be opened anew.
        reconnects,
        /// Frames dropped because the consumer was too slow.
        dropped,
        /// Frames dropped because the very same frame had just been received.
        duplicates,
        /// Messages that are no telemetry frame.
        malformed,
        /// Frames that are legal, yet not of the documented shape: they cost more to read.
        unusual,
        /// Connector readings that wait to be pulled.
        waiting_rows,
        /// Devices that are not observed at present.
        open_gaps,
        /// Ended gaps that were forgotten because there were too many of them.
        forgotten_gaps,
        /// Calls of the listener that failed.
        listener_failures,
        /// From the charger's time of a frame to its delivery: seconds that half, 90 %, 99 % and all of the frames
        /// stayed below, each to the next power of two; `None` without frames. Holds the clocks' difference, too.
        latency "s",
    }
}

crate::model::model! {
    /// What a client has counted about its calls since it was made.
    ClientStats(tellus_core::ClientStats) {
        /// Requests sent, repeated ones included, those for tokens not.
        requests,
        /// Requests that were repeated, after whatever failure.
        retries,
        /// Answers that said that there were too many requests.
        rate_limited,
        /// Calls that failed in the end.
        failures,
        /// Tokens asked for, successfully or not.
        token_refreshes,
    }
}

/// The shares that are told.
const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)];

impl ToPython for Latency {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.count() == 0 {
            return Ok(py.None().into_bound(py));
        }
        let told = pyo3::types::PyDict::new(py);
        for (name, share) in QUANTILES {
            told.set_item(name, self.quantile(share).map(|delay| delay.as_secs_f64()))?;
        }
        Ok(told.into_any())
    }

    fn show(&self, unit: &str) -> String {
        let one = |(name, share): (&str, f64)| {
            let delay = self.quantile(share)?.as_secs_f64();
            Some(format!("{name} {delay:.3} {unit}"))
        };
        let told: Option<Vec<_>> = QUANTILES.into_iter().map(one).collect();
        told.map_or_else(|| "None".to_owned(), |told| told.join(", "))
    }
}
