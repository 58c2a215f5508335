//! Putting a sandbox together and running it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::{Router, middleware};
use jiff::Timestamp;
use rustls::ServerConfig;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::bell::Bell;
use crate::clients::Clients;
use crate::clock::Clock;
use crate::faults::{Registry, Spot};
use crate::fleet::Plan;
use crate::journal::Journal;
use crate::options::Options;
use crate::quota::{Limits, Quotas};
use crate::sent::Sent;
use crate::state::Shared;
use crate::streams::Streams;
use crate::ticker::{self, Ticks};
use crate::tokens::Tokens;
use crate::{api, control, front, server};

/// How long the runtime may take to let go of its tasks.
const WIND_DOWN: Duration = Duration::from_secs(1);

/// The life of the thread.
pub(crate) fn run(
    runtime: Runtime,
    listener: TcpListener,
    shared: Arc<Shared>,
    tls: Option<Arc<ServerConfig>>,
    stopped: oneshot::Receiver<()>,
) {
    let router: Router = api::router()
        .merge(control::router())
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), front::front))
        .with_state(Arc::clone(&shared));
    let ticking = ticker::run(Arc::downgrade(&shared), shared.options.cadence, shared.options.speed);
    runtime.spawn(ticking);
    let is_silent = move || !shared.faults.strike(Spot::Connection, "", None).is_empty();
    runtime.block_on(async {
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
            return;
        };
        tokio::select! {
            () = server::serve(listener, router, tls, is_silent) => {}
            // An error means that the handle let go of its end: that is the signal.
            _ = stopped => {}
        }
    });
    // Dropping the tasks closes their sockets.
    runtime.shutdown_timeout(WIND_DOWN);
}

/// Builds everything the parts share.
pub(crate) fn share(options: Options) -> Shared {
    let now = Timestamp::now();
    let start = options
        .start_at
        .unwrap_or_else(|| Timestamp::from_second(now.as_second()).unwrap_or(now));
    let plan = Plan {
        seed: options.seed,
        sites: options.sites,
        devices_per_site: options.devices_per_site,
        history_days: options.history_days,
        arrivals: !options.no_arrivals,
        start,
    };
    let limits = Limits {
        query: options.query_per_minute,
        control: options.control_per_minute,
        token: options.token_per_minute,
        device_second: options.device_per_second,
        device_minute: options.device_per_minute,
    };
    let quirks = options.opening_quirks();
    let mut fleet = plan.build();
    fleet.set_quirks(quirks);
    Shared {
        clients: Clients::of(&options),
        clock: Clock::starting_at(start),
        tokens: Tokens::default(),
        quotas: Quotas::new(limits),
        quirks: Mutex::new(quirks),
        fleet: Mutex::new(fleet),
        faults: Registry::default(),
        journal: Journal::new(options.journal_capacity),
        streams: Streams::default(),
        ticks: Ticks::new(),
        bell: Bell::default(),
        sent: Sent::new(options.record_frames),
        requests: AtomicU64::new(0),
        stopping: AtomicBool::new(false),
        options,
    }
}

/// The address a client on this machine can use: a wildcard address stands for loopback.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
