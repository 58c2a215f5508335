//! The faults that wait for their occasion.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use super::{Fault, FaultKind};
use crate::sync::lock;

/// Where a fault can strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// When a connection has been accepted.
    Connection,
    /// Before a request is looked at.
    Request,
    /// When a command is taken in.
    Command,
    /// When a request has been answered with success.
    Reply,
    /// When a request has been answered, one way or the other.
    Answer,
    /// When a token is about to be handed out.
    Token,
    /// When a frame is about to be sent.
    Frame,
}

impl FaultKind {
    /// Whether this kind can strike at `spot`, for the given device where there is one.
    fn strikes(&self, spot: Spot, device: Option<&str>) -> bool {
        match self {
            Self::UnknownState {
                device: Some(wanted), ..
            } => matches!(spot, Spot::Frame | Spot::Reply) && device == Some(wanted),
            Self::UnknownState { device: None, .. } => matches!(spot, Spot::Frame | Spot::Reply) && device.is_some(),
            Self::CommandStuck { device: wanted } | Self::CommandFailed { device: wanted, .. } => {
                spot == Spot::Command && (wanted.is_none() || wanted.as_deref() == device)
            }
            Self::MissingMessage {} | Self::LostAnswer {} => spot == Spot::Answer,
            Self::TokenForm { .. } => spot == Spot::Token,
            // They act at once and never wait in the list.
            Self::ConnectorFault { .. } | Self::DeviceOffline { .. } | Self::DeviceSilent { .. } => false,
            Self::ConnectionSilent {} => spot == Spot::Connection,
            Self::UnknownFields {} => matches!(spot, Spot::Frame | Spot::Reply),
            Self::StreamDrop {}
            | Self::StreamClose { .. }
            | Self::StreamHalfOpen {}
            | Self::StreamMalformed {}
            | Self::StreamDuplicate {}
            | Self::StreamOversized { .. }
            | Self::StreamReorder {}
            | Self::StreamDropMidFrame {}
            | Self::StreamNoPong {} => spot == Spot::Frame,
            _ => spot == Spot::Request,
        }
    }

    /// Whether the same request can meet further faults after this one.
    fn lets_others_follow(&self) -> bool {
        matches!(
            self,
            Self::Slow { .. }
                | Self::ExpireTokens {}
                | Self::RevokeTokens {}
                | Self::UnknownState { .. }
                | Self::UnknownFields {}
                | Self::MissingMessage {}
        )
    }
}

/// A fault in the list, with what is left of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PendingFault {
    /// Number in the order of arrival.
    pub id: u64,
    /// The fault as it was given.
    #[serde(flatten)]
    pub fault: Fault,
    /// How often it has struck so far.
    pub struck: u32,
    /// Occasions that have passed unharmed so far.
    pub skipped: u32,
}

#[derive(Debug, Default)]
struct List {
    pending: Vec<PendingFault>,
    next_id: u64,
}

/// The list of pending faults.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    list: Mutex<List>,
    /// Length of the list, so that the stream need not lock for every frame.
    length: AtomicUsize,
}

impl Registry {
    /// Adds a fault and returns its number.
    pub(crate) fn add(&self, fault: Fault) -> u64 {
        let mut list = lock(&self.list);
        list.next_id += 1;
        let id = list.next_id;
        if fault.times != Some(0) {
            list.pending.push(PendingFault {
                id,
                fault,
                struck: 0,
                skipped: 0,
            });
        }
        self.length.store(list.pending.len(), Ordering::Release);
        id
    }

    /// What is pending now.
    pub(crate) fn pending(&self) -> Vec<PendingFault> {
        lock(&self.list).pending.clone()
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        lock(&self.list).pending.clear();
        self.length.store(0, Ordering::Release);
    }

    /// The faults that strike now, in the order in which they were added; each is counted. At most the last one
    /// is of a kind that ends the occasion.
    pub(crate) fn strike(&self, spot: Spot, path: &str, device: Option<&str>) -> Vec<FaultKind> {
        if self.length.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let mut list = lock(&self.list);
        let mut struck = Vec::new();
        for entry in &mut list.pending {
            let here = entry
                .fault
                .path
                .as_deref()
                .is_none_or(|prefix| path.starts_with(prefix));
            if !here || !entry.fault.kind.strikes(spot, device) {
                continue;
            }
            if entry.skipped < entry.fault.skip {
                entry.skipped += 1;
                continue;
            }
            entry.struck += 1;
            struck.push(entry.fault.kind.clone());
            if !entry.fault.kind.lets_others_follow() {
                break;
            }
        }
        list.pending
            .retain(|entry| entry.fault.times.is_none_or(|times| entry.struck < times));
        self.length.store(list.pending.len(), Ordering::Release);
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(registry: &Registry, path: &str) -> Vec<&'static str> {
        registry
            .strike(Spot::Request, path, None)
            .iter()
            .map(FaultKind::name)
            .collect()
    }

    #[test]
    fn skips_strikes_and_is_gone() {
        let registry = Registry::default();
        registry.add(FaultKind::Drop {}.times(2).after(1).on("/operator/sites"));
        assert!(names(&registry, "/operator/devices/x").is_empty());
        assert!(names(&registry, "/operator/sites").is_empty());
        assert_eq!(names(&registry, "/operator/sites"), ["drop"]);
        assert_eq!(names(&registry, "/operator/sites"), ["drop"]);
        assert!(names(&registry, "/operator/sites").is_empty());
        assert!(registry.pending().is_empty());
    }

    #[test]
    fn a_delay_goes_with_what_follows_and_an_end_ends() {
        let registry = Registry::default();
        registry.add(FaultKind::Slow { delay_ms: 5 }.always());
        registry.add(FaultKind::Html { status: 502 }.once());
        registry.add(FaultKind::Empty { status: 500 }.once());
        assert_eq!(names(&registry, "/"), ["slow", "html"]);
        assert_eq!(names(&registry, "/"), ["slow", "empty"]);
        assert_eq!(names(&registry, "/"), ["slow"]);
        registry.clear();
        assert!(names(&registry, "/").is_empty());
    }

    #[test]
    fn frames_and_requests_do_not_use_each_other_up() {
        let registry = Registry::default();
        registry.add(FaultKind::StreamMalformed {}.once());
        let state = FaultKind::UnknownState {
            state: "preparing".to_owned(),
            device: Some("a".to_owned()),
        };
        registry.add(state.once());
        assert!(names(&registry, "/operator/stream").is_empty());
        assert_eq!(registry.strike(Spot::Frame, "/operator/stream", Some("b")).len(), 1);
        assert!(registry.strike(Spot::Frame, "/operator/stream", Some("b")).is_empty());
        assert_eq!(registry.strike(Spot::Frame, "/operator/stream", Some("a")).len(), 1);
    }
}
