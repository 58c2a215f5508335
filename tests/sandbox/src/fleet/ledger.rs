//! The charging records, in the order of their beginning, so that a page is found without looking at the rest.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::record::Record;

/// Records kept before the oldest go.
const KEPT: usize = 500_000;

/// All records, sorted by beginning and then by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    all: Shelf,
    /// The same ones by the charger's index.
    of: HashMap<usize, Shelf>,
    /// The longest session in it: how far before a moment a record can begin and still reach it.
    longest: SignedDuration,
}

/// Records in their order.
#[derive(Clone, Debug, Default)]
struct Shelf(Vec<Arc<Record>>);

impl Shelf {
    fn add(&mut self, record: Arc<Record>) {
        let at = self.0.partition_point(|other| other.place() < record.place());
        self.0.insert(at, record);
    }

    fn begun(&self, from: Option<Timestamp>, until: Option<Timestamp>) -> &[Arc<Record>] {
        let before = |moment: Timestamp| self.0.partition_point(|record| record.start < moment);
        let begin = from.map_or(0, before);
        let end = until.map_or(self.0.len(), before);
        &self.0[begin..end.max(begin)]
    }
}

impl Ledger {
    /// Takes records in any order.
    pub(crate) fn of(mut records: Vec<Record>) -> Self {
        records.sort_unstable_by(|a, b| a.place().cmp(&b.place()));
        let mut ledger = Self::default();
        for record in records {
            ledger.add(record);
        }
        ledger
    }

    /// Adds a record. New ones belong near the end, so little has to move.
    pub(crate) fn add(&mut self, record: Record) {
        if self.all.0.len() >= KEPT {
            self.all.0.drain(..KEPT / 10);
            let oldest = self.all.0.first().map(|record| record.start);
            for shelf in self.of.values_mut() {
                shelf.0.retain(|record| Some(record.start) >= oldest);
            }
        }
        self.longest = self.longest.max(record.length());
        let record = Arc::new(record);
        self.of.entry(record.charger).or_default().add(Arc::clone(&record));
        self.all.add(record);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.0.len()
    }

    /// The records, of one charger or of all, that begin at `from` or later and before `until`.
    pub(crate) fn begun(
        &self,
        charger: Option<usize>,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> &[Arc<Record>] {
        match charger {
            None => self.all.begun(from, until),
            Some(charger) => self.of.get(&charger).map_or(&[], |shelf| shelf.begun(from, until)),
        }
    }

    /// The records, of one charger or of all, that last into the time between `from` and `until`, and perhaps some that
    /// end just before.
    pub(crate) fn around(
        &self,
        charger: Option<usize>,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> &[Arc<Record>] {
        let reach = |from: Timestamp| from.checked_sub(self.longest).unwrap_or(Timestamp::MIN);
        self.begun(charger, from.map(reach), until)
    }

    /// Every record, for tests that look at the whole.
    #[cfg(test)]
    pub(crate) fn all(&self) -> &[Arc<Record>] {
        &self.all.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::session::Direction;

    fn record(id: &str, start: i64, seconds: i64) -> Record {
        let at = |second| Timestamp::from_second(second).unwrap();
        Record {
            record_id: id.to_owned(),
            device_id: String::new(),
            charger: 0,
            connector_id: 1,
            start: at(start),
            end: at(start + seconds),
            open: false,
            energy_ws: 0,
            peak_w: 0,
            direction: Direction::Charge,
            meter_start_ws: 0,
            vin: String::new(),
            soc_start: 0,
            soc_end: 0,
            uploaded: None,
        }
    }

    fn ids(records: &[Arc<Record>]) -> String {
        records.iter().map(|record| record.record_id.as_str()).collect()
    }

    #[test]
    fn late_arrivals_find_their_place() {
        let mut ledger = Ledger::of(vec![record("c", 30, 5), record("a", 10, 50)]);
        ledger.add(record("b", 20, 5));
        ledger.add(record("d", 30, 5));
        assert_eq!(ids(ledger.all()), "abcd");
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        assert_eq!(ids(ledger.begun(None, at(20), at(30))), "b");
        assert_eq!(ids(ledger.begun(None, at(30), None)), "cd");
        assert_eq!(ids(ledger.begun(None, at(40), at(20))), "");
        assert_eq!(ids(ledger.begun(Some(0), None, at(30))), "ab");
        assert_eq!(ids(ledger.begun(Some(1), None, None)), "");
        // The first one lasts until 60.
        assert!(ids(ledger.around(None, at(55), at(58))).starts_with('a'));
    }
}
