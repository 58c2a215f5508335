//! The charging records, in the order of their beginning, so that a page is found without looking at the rest.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

use super::record::Record;

/// Records kept before the oldest go.
const KEPT: usize = 500_000;

/// All records, sorted by beginning and then by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    records: Vec<Record>,
    /// The longest session in it: how far before a moment a record can begin and still reach it.
    longest: SignedDuration,
}

impl Ledger {
    /// Takes records in any order.
    pub(crate) fn of(mut records: Vec<Record>) -> Self {
        records.sort_unstable_by(|a, b| a.place().cmp(&b.place()));
        let longest = records.iter().map(Record::length).max().unwrap_or_default();
        Self { records, longest }
    }

    /// Adds a record. New ones belong near the end, so little has to move.
    pub(crate) fn add(&mut self, record: Record) {
        if self.records.len() >= KEPT {
            self.records.drain(..KEPT / 10);
        }
        self.longest = self.longest.max(record.length());
        let at = self.records.partition_point(|other| other.place() < record.place());
        self.records.insert(at, record);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// The records that begin at `from` or later and before `until`.
    pub(crate) fn begun(&self, from: Option<Timestamp>, until: Option<Timestamp>) -> &[Record] {
        &self.records[self.range(from, until)]
    }

    /// The records that last into the time between `from` and `until`, and perhaps some that end just before.
    pub(crate) fn around(&self, from: Timestamp, until: Timestamp) -> &[Record] {
        let reach = from.checked_sub(self.longest).unwrap_or(Timestamp::MIN);
        &self.records[self.range(Some(reach), Some(until))]
    }

    fn range(&self, from: Option<Timestamp>, until: Option<Timestamp>) -> Range<usize> {
        let before = |moment: Timestamp| self.records.partition_point(|record| record.start < moment);
        let begin = from.map_or(0, before);
        let end = until.map_or(self.records.len(), before);
        begin..end.max(begin)
    }

    /// Every record, for tests that look at the whole.
    #[cfg(test)]
    pub(crate) fn all(&self) -> &[Record] {
        &self.records
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
            energy_ws: 0,
            peak_w: 0,
            direction: Direction::Charge,
            meter_start_ws: 0,
            vin: String::new(),
            soc_start: 0,
            soc_end: 0,
        }
    }

    fn ids(records: &[Record]) -> String {
        records.iter().map(|record| record.record_id.as_str()).collect()
    }

    #[test]
    fn late_arrivals_find_their_place() {
        let mut ledger = Ledger::of(vec![record("c", 30, 5), record("a", 10, 50)]);
        ledger.add(record("b", 20, 5));
        ledger.add(record("d", 30, 5));
        assert_eq!(ids(ledger.all()), "abcd");
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        assert_eq!(ids(ledger.begun(at(20), at(30))), "b");
        assert_eq!(ids(ledger.begun(at(30), None)), "cd");
        assert_eq!(ids(ledger.begun(at(40), at(20))), "");
        // The first one lasts until 60.
        assert!(ids(ledger.around(at(55).unwrap(), at(58).unwrap())).starts_with('a'));
    }
}
