//! The extension module `tellus._tellus`: the core's calls and models as Python objects, and nothing more. What users
//! import is the package `tellus` beside it.

mod arguments;
mod arrow;
mod bridge;
mod call;
mod client;
mod control;
mod convert;
mod credentials;
mod error;
mod flexibility;
mod follow;
mod json;
mod listener;
mod logging;
mod model;
mod pages;
mod parcel;
mod per_process;
mod port;
mod provider;
mod sandbox;
mod schedule;
mod settings;
mod sieve;
mod signing;
mod stream;
mod table;
mod telemetry;
mod testing;
mod time;
mod wake;

use pyo3::prelude::*;

/// The compiled half of the package `tellus`. Its names are not public.
#[pymodule]
mod _tellus {
    use std::time::{Duration, Instant};

    use pyo3::prelude::*;

    use super::{bridge, listener, logging, port};

    #[pymodule_export]
    use super::{
        call::Call,
        client::CoreClient,
        control::CoreControl,
        follow::CoreFollow,
        listener::CoreDelivery,
        model::{
            ChargingRecord, CommandReceipt, CommandStatus, Connector, Device, EnergyPoint, EnergySeries, EnergyTotal,
            FlexibilityReceipt, KnownDevice, Location, Site, join_energy,
        },
        pages::{CorePages, Page, page_stream},
        parcel::Parcel,
        provider::TokenRequest,
        sandbox::CoreSandbox,
        sieve::Sieve,
        stream::CoreStream,
        table::Table,
        telemetry::{
            Batch, ClientStats, ConnectorReading, Gap, Observed, StatusEvent, StreamStats, TelemetryFrame, gap_stream,
        },
        testing::TestClock,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        logging::install();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }

    /// Ends the threads of this module, and waits for them at most this many seconds. Clients and streams must be
    /// closed before.
    #[pyfunction]
    fn shut_down(py: Python<'_>, patience: f64) {
        let patience = Duration::try_from_secs_f64(patience).unwrap_or_default();
        let deadline = Instant::now() + patience;
        bridge::finalize();
        listener::shut_down(py, deadline);
        bridge::shut_down(py, deadline);
        port::shut_down();
    }
}
