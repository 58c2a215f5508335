//! Holds what one subscription delivered against what the platform sent it: pure.
//!
//! What is settled is forgotten after a while, so that the account of a long run is no larger than that of a short one.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    ops::Bound,
};

/// How long what is settled is remembered (µs of the platform's time): a frame may be sent by a connection that is just
/// being replaced and by its successor.
const REMEMBERED: i64 = 15_000_000;
/// How long a frame may be on its way (µs of the platform's time). Consumers are slow on purpose, machines by accident.
const PATIENCE: i64 = 120_000_000;

/// An interval in which a device was not observed: after `last`, before `next`. `None`: from the beginning, or still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) last: Option<i64>,
    pub(crate) next: Option<i64>,
}

impl Span {
    fn covers(&self, at: i64) -> bool {
        self.last.is_none_or(|last| last < at) && self.next.is_none_or(|next| at < next)
    }
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    OnItsWay,
    Delivered,
    InGap,
}

/// Something that must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Delivered, and never sent.
    NeverSent,
    /// Delivered more than once.
    Twice,
    /// Delivered after a gap had been told that holds it.
    FromWithinGap,
    /// Sent, and neither delivered nor in a gap.
    Lost,
}

/// What is wrong with which frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) device: usize,
    pub(crate) at: i64,
    pub(crate) wrong: Wrong,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.wrong {
            Wrong::NeverSent => "was delivered and never sent",
            Wrong::Twice => "was delivered twice",
            Wrong::FromWithinGap => "was delivered although a gap holds it",
            Wrong::Lost => "was sent and neither delivered nor in a gap",
        };
        write!(f, "the frame of {} µs of device {} {what}", self.at, self.device)
    }
}

#[derive(Debug, Default)]
struct Slot {
    frames: BTreeMap<i64, Fate>,
    gaps: Vec<Span>,
    open: Option<Span>,
    newest: i64,
    /// Something was delivered since somebody began to look out for it.
    seen: bool,
}

/// How many frames there were of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) sent: u64,
    pub(crate) delivered: u64,
    pub(crate) in_gaps: u64,
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.in_gaps += other.in_gaps;
    }
}

/// The account of one subscription. Times are the platform's, in µs.
#[derive(Debug)]
pub(crate) struct Account {
    slots: Vec<Slot>,
    /// Gaps that follow one another are kept as one, which then holds frames that were delivered; and the table alone tells.
    pub(crate) merged: bool,
    pub(crate) totals: Totals,
    pub(crate) violations: Vec<Violation>,
}

impl Account {
    pub(crate) fn new(devices: usize, merged: bool) -> Self {
        Self {
            slots: (0..devices).map(|_| Slot::default()).collect(),
            merged,
            totals: Totals::default(),
            violations: Vec::new(),
        }
    }

    /// The platform sent this frame. To be told before its delivery is; more than once does not matter.
    pub(crate) fn sent(&mut self, device: usize, at: i64) {
        let slot = &mut self.slots[device];
        slot.newest = slot.newest.max(at);
        if let Entry::Vacant(place) = slot.frames.entry(at) {
            self.totals.sent += 1;
            if slot.gaps.iter().any(|gap| gap.covers(at)) {
                self.totals.in_gaps += 1;
                place.insert(Fate::InGap);
            } else {
                place.insert(Fate::OnItsWay);
            }
        }
    }

    /// The consumer got this frame.
    pub(crate) fn delivered(&mut self, device: usize, at: i64) {
        self.slots[device].seen = true;
        let wrong = match self.slots[device].frames.get_mut(&at) {
            Some(fate @ Fate::OnItsWay) => {
                *fate = Fate::Delivered;
                self.totals.delivered += 1;
                return;
            }
            Some(fate @ Fate::InGap) if self.merged => {
                *fate = Fate::Delivered;
                self.totals.delivered += 1;
                self.totals.in_gaps -= 1;
                return;
            }
            Some(Fate::Delivered) => Wrong::Twice,
            Some(Fate::InGap) => Wrong::FromWithinGap,
            None => Wrong::NeverSent,
        };
        self.violations.push(Violation { device, at, wrong });
    }

    /// The consumer was told of this gap. More than once does not matter.
    pub(crate) fn gap(&mut self, device: usize, gap: Span) {
        let slot = &mut self.slots[device];
        let Some(next) = gap.next else {
            slot.open = Some(gap);
            return;
        };
        slot.open = None;
        if next <= slot.newest - REMEMBERED || slot.gaps.contains(&gap) {
            return;
        }
        let from = gap.last.map_or(Bound::Unbounded, Bound::Excluded);
        if gap.last.is_none_or(|last| last < next) {
            for (_, fate) in slot.frames.range_mut((from, Bound::Excluded(next))) {
                if *fate == Fate::OnItsWay {
                    *fate = Fate::InGap;
                    self.totals.in_gaps += 1;
                }
            }
        }
        slot.gaps.push(gap);
    }

    /// The table of gaps as it stands: takes the place of what was told of open ones.
    pub(crate) fn table(&mut self, gaps: Vec<(usize, Span)>) {
        for slot in &mut self.slots {
            slot.open = None;
        }
        for (device, gap) in gaps {
            self.gap(device, gap);
        }
    }

    /// Forgets what is settled and old, and finds what has been on its way for too long.
    pub(crate) fn prune(&mut self) {
        for (device, slot) in self.slots.iter_mut().enumerate() {
            let Slot {
                frames,
                gaps,
                open,
                newest,
                ..
            } = slot;
            gaps.retain(|gap| gap.next.is_none_or(|next| next > *newest - REMEMBERED));
            while let Some(first) = frames.first_entry() {
                let at = *first.key();
                match first.get() {
                    Fate::OnItsWay if at > *newest - PATIENCE || open.is_some_and(|gap| gap.covers(at)) => break,
                    Fate::OnItsWay => {
                        let wrong = Wrong::Lost;
                        self.violations.push(Violation { device, at, wrong });
                    }
                    _ if at > *newest - REMEMBERED => break,
                    _ => {}
                }
                first.remove();
            }
        }
    }

    /// Begins to look out for deliveries.
    pub(crate) fn look_out(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.seen = false);
    }

    /// How many devices something was delivered of since.
    pub(crate) fn seen(&self) -> usize {
        self.slots.iter().filter(|slot| slot.seen).count()
    }

    /// The end: what is still on its way has to lie in a gap that is open.
    pub(crate) fn close(&mut self) {
        for (device, slot) in self.slots.iter().enumerate() {
            for (at, _) in slot.frames.iter().filter(|(_, fate)| **fate == Fate::OnItsWay) {
                if slot.open.is_some_and(|gap| gap.covers(*at)) {
                    self.totals.in_gaps += 1;
                } else {
                    let (at, wrong) = (*at, Wrong::Lost);
                    self.violations.push(Violation { device, at, wrong });
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
