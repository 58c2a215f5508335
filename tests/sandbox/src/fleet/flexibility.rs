//! Limits that a grid operator asks for: how much of its capacity a site may draw for a while.

use serde_json::json;

use super::Fleet;
use super::command::{Number, Status};

/// A limit in force.
#[derive(Clone, Debug)]
pub(crate) struct Restraint {
    /// The command it came with.
    pub(super) number: Number,
    pub(super) sites: Vec<usize>,
    /// Share (%) of the site's capacity; 0 pauses charging.
    pub(super) percent: u8,
    /// Step (s) of its end.
    pub(super) until: i64,
}

impl Fleet {
    /// Lifts the limits whose time is over.
    pub(super) fn release(&mut self) {
        let step = self.step;
        let over = |restraint: &Restraint| restraint.until <= step;
        if !self.restraints.iter().any(over) {
            return;
        }
        let ended: Vec<Number> = self
            .restraints
            .iter()
            .filter(|one| over(one))
            .map(|one| one.number)
            .collect();
        self.restraints.retain(|restraint| !over(restraint));
        for number in ended {
            self.note(number, Status::Completed, Some(json!({})));
        }
    }

    /// What a site may draw now (W). Of several limits the lowest holds.
    pub(super) fn allowed_w(&self, site: usize) -> i64 {
        let capacity_w = self.sites[site].capacity_w;
        let of_site = self
            .restraints
            .iter()
            .filter(|restraint| restraint.sites.contains(&site));
        match of_site.map(|restraint| i64::from(restraint.percent)).min() {
            Some(percent) => capacity_w * percent / 100,
            None => capacity_w,
        }
    }
}
