//! What all parts of a running sandbox share.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use crate::bell::Bell;
use crate::clients::Clients;
use crate::clock::Clock;
use crate::envelope::ApiError;
use crate::faults::{Fault, FaultKind, Registry};
use crate::fleet::Fleet;
use crate::journal::{CloseReason, Journal};
use crate::options::Options;
use crate::quirks::{Quirks, QuotaWindow, RefusedCalls};
use crate::quota::{Class, Quotas, Rule};
use crate::sent::Sent;
use crate::streams::{Order, Streams};
use crate::sync::lock;
use crate::ticker::Ticks;
use crate::tokens::Tokens;

/// Longest stretch of virtual time the fleet is locked for when the clock is moved.
const PORTION: Duration = Duration::from_secs(1800);

/// The state behind every handler.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) quirks: Mutex<Quirks>,
    pub(crate) clients: Clients,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) quotas: Quotas,
    pub(crate) fleet: Mutex<Fleet>,
    pub(crate) faults: Registry,
    pub(crate) journal: Journal,
    pub(crate) streams: Streams,
    pub(crate) ticks: Ticks,
    pub(crate) bell: Bell,
    pub(crate) sent: Sent,
    pub(crate) requests: AtomicU64,
    /// Set before connections are torn down, so that streams know why they end.
    pub(crate) stopping: AtomicBool,
}

impl Shared {
    /// How the switches stand.
    pub(crate) fn quirks(&self) -> Quirks {
        *lock(&self.quirks)
    }

    /// Turns the switches.
    pub(crate) fn set_quirks(&self, quirks: Quirks) {
        *lock(&self.quirks) = quirks;
        lock(&self.fleet).set_quirks(quirks);
    }

    /// Takes one call out of a quota.
    pub(crate) fn take(&self, caller: &str, class: Class) -> Result<(), ApiError> {
        let quirks = self.quirks();
        let rule = Rule {
            fixed: quirks.quota_window == QuotaWindow::Fixed,
            refused_count: quirks.refused_calls == RefusedCalls::Counted,
        };
        self.quotas
            .take(caller, class, self.clock.now(), rule)
            .map_err(ApiError::too_many)
    }

    /// The fleet as it is now: chargers played from outside that have not been heard of for too long are offline.
    pub(crate) fn fleet(&self) -> MutexGuard<'_, Fleet> {
        let mut fleet = lock(&self.fleet);
        fleet.miss(self.clock.now());
        fleet
    }

    /// Adds a fault; one that acts on the present does so now and leaves nothing pending.
    pub(crate) fn inject(&self, fault: Fault) -> Option<u64> {
        if !fault.immediate() {
            return Some(self.faults.add(fault));
        }
        match fault.kind {
            FaultKind::ExpireTokens {} => self.tokens.expire_all(),
            FaultKind::RevokeTokens {} => self.tokens.revoke_all(),
            FaultKind::ConnectorFault {
                device,
                connector,
                fault_code,
                cleared,
            } => lock(&self.fleet).break_connector(&device, connector, (!cleared).then_some(fault_code.as_str())),
            FaultKind::DeviceOffline { device, cleared } => lock(&self.fleet).disconnect(&device, !cleared),
            FaultKind::DeviceSilent { device, cleared } => lock(&self.fleet).silence(&device, !cleared),
            FaultKind::StreamDrop {} => self.streams.order_all(Order::Cut),
            FaultKind::StreamClose { code } => self.streams.order_all(Order::Close(code)),
            FaultKind::StreamHalfOpen {} => {
                for stream in self.streams.mute_all() {
                    stream.end(self, CloseReason::Fault);
                }
            }
            FaultKind::StreamNoPong {} => self.streams.deafen_all(),
            _ => {}
        }
        None
    }

    /// Moves the clock: tokens, quotas and the fleet.
    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
        // In portions, so that frames and requests get a turn in between.
        let mut left = by;
        while left > Duration::ZERO {
            let portion = left.min(PORTION);
            lock(&self.fleet).advance(portion);
            left -= portion;
        }
        self.bell.ring();
    }
}
