//! Gaps as the ledger keeps them: many, so that codes stand in place of texts.

use super::{
    columns::moment,
    gap::{Gap, GapCause, Observed},
    names::Names,
};

/// What happened when, for which device: both clocks, in µs.
pub(super) type Moment = (i64, i64);

/// A time that is none.
pub(super) const NEVER: i64 = i64::MIN;
/// A moment that is none.
pub(super) const NOWHERE: Moment = (NEVER, NEVER);

/// A gap with codes in place of texts, and `NEVER` in place of `None`: many are kept.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) opened_at: i64,
    pub(super) closed_at: i64,
    pub(super) last: Moment,
    pub(super) next: Moment,
    pub(super) device: u32,
    pub(super) dropped: u32,
    pub(super) cause: GapCause,
    pub(super) resynced: bool,
}

impl Entry {
    pub(super) fn gap(&self, names: &Names) -> Gap {
        let observed = |(timestamp, received_at): Moment| {
            (received_at != NEVER).then(|| Observed {
                timestamp: moment(timestamp),
                received_at: moment(received_at),
            })
        };
        Gap {
            device_id: names.device(self.device).to_owned(),
            cause: self.cause,
            opened_at: moment(self.opened_at),
            last: observed(self.last),
            next: observed(self.next),
            closed_at: (self.closed_at != NEVER).then(|| moment(self.closed_at)),
            dropped: self.dropped.into(),
            resynced: self.resynced,
        }
    }
}

/// A device's last delivered frame, and its open gap if it has one. There is one for every device, so it is kept small.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) last: Moment,
    /// `NEVER` if no gap is open.
    pub(super) opened_at: i64,
    pub(super) dropped: u32,
    pub(super) cause: GapCause,
    /// The open gap is one of those that are kept in `passed_over`.
    pub(super) passed_over: bool,
}

impl Default for Slot {
    fn default() -> Self {
        Self {
            last: NOWHERE,
            opened_at: NEVER,
            dropped: 0,
            cause: GapCause::Connecting,
            passed_over: false,
        }
    }
}

impl Slot {
    pub(super) fn is_in_gap(&self) -> bool {
        self.opened_at != NEVER
    }

    /// The open gap.
    pub(super) fn entry(&self, device: u32) -> Entry {
        Entry {
            opened_at: self.opened_at,
            closed_at: NEVER,
            last: self.last,
            next: NOWHERE,
            device,
            dropped: self.dropped,
            cause: self.cause,
            resynced: false,
        }
    }
}
