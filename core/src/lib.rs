//! A client of the Tellus Open Platform: authentication, REST and the telemetry stream over one set of rules for limits,
//! retries and secrets. Free of any foreign-language type: the faces for Kotlin, Swift and Python are crates of their own.
//!
//! Start with [`Client`].

mod api;
mod auth;
mod client;
pub mod clock;
pub mod config;
mod envelope;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod log;
pub mod model;
pub mod net;
mod policy;
pub mod runtime;
mod secret;
mod signature;
mod stream;
mod tally;
mod transport;

pub use api::{ChargingRecordQuery, DeviceSource, EnergyQuery, FollowedCommand, KnownDevice, Pages, check_connector};
pub use auth::{AccessToken, Credentials, StoredToken, TokenFile, TokenProvider, TokenRequest, TokenStore};
pub use client::Client;
pub use config::Config;
pub use error::{Error, ErrorKind, Result};
pub use policy::{backoff::Backoff, partition::Partition, quota::QuotaClass, retry::RetryPolicy};
#[doc(hidden)]
pub use runtime::provoke_panic;
pub use secret::{ExposeSecret, SecretString};
pub use signature::{HmacSigner, RequestSigner, SignatureEncoding, SignedParts};
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub use stream::probe;
pub use stream::{
    Batch, Frames, FramesIter, Gap, GapCause, Latency, ListenerHandle, Names, Observed, StatusEvent, StreamControl,
    StreamStats, StreamStatus, Subscription, TelemetryListener, Texts, columns,
};
pub use tally::ClientStats;
pub use transport::Request;

/// The README's Rust is compiled with the tests; its other languages have tests of their own.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
