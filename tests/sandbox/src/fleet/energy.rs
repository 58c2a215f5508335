//! Energy over time, computed from the charging records. A record's energy is spread evenly over its duration, to the
//! watt-second: the parts of a record always add up to the whole.

use std::collections::HashSet;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Unit, Zoned, ZonedRound};
use serde::Serialize;

use super::Fleet;
use super::physics::{kw, kwh, round};
use super::record::Record;
use super::session::Direction;
use crate::unspecified::bucket_label;

/// Length of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Granularity {
    Hour,
    Day,
    Month,
}

impl Granularity {
    /// The granularity with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "hour" => Some(Self::Hour),
            "day" => Some(Self::Day),
            "month" => Some(Self::Month),
            _ => None,
        }
    }

    /// The beginning of the bucket a moment lies in, and of the one after it.
    fn bounds(self, at: Zoned) -> Option<(Zoned, Zoned)> {
        let unit = match self {
            Self::Hour => Unit::Hour,
            Self::Day | Self::Month => Unit::Day,
        };
        let floor = ZonedRound::new().smallest(unit).mode(jiff::RoundMode::Trunc);
        let mut begin = at.round(floor).ok()?;
        let span = match self {
            Self::Hour => 1.hour(),
            Self::Day => 1.day(),
            Self::Month => {
                begin = begin.first_of_month().ok()?;
                1.month()
            }
        };
        let next = begin.checked_add(span).ok()?;
        Some((begin, next))
    }
}

/// One bucket of a series, cut to the time that was asked for.
#[derive(Clone, Debug)]
struct Bucket {
    /// Where the whole bucket begins.
    whole: Zoned,
    from: Timestamp,
    until: Timestamp,
    charge_ws: i64,
    discharge_ws: i64,
    /// Largest sum of the mean powers of sessions that charge at the same time (mW).
    peak_mw: i64,
}

/// One bucket as the API shows it: energy in kWh, power in kW.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Point {
    pub(crate) time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) site_id: Option<String>,
    pub(crate) charge_energy: f64,
    pub(crate) discharge_energy: f64,
    pub(crate) max_power: f64,
    pub(crate) avg_power: f64,
}

/// What a whole series adds up to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Totals {
    pub(crate) charge_energy: f64,
    pub(crate) discharge_energy: f64,
    pub(crate) max_power: f64,
}

/// The time a series covers, in buckets.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    granularity: Granularity,
    buckets: Vec<Bucket>,
}

impl Grid {
    /// The buckets of a zone from `from` to `until`, or `None` if they are more than `most`.
    pub(crate) fn lay(
        granularity: Granularity,
        zone: &TimeZone,
        (from, until): (Timestamp, Timestamp),
        most: usize,
    ) -> Option<Self> {
        let mut buckets = Vec::new();
        let mut at = from;
        while at < until {
            let (whole, next) = granularity.bounds(at.to_zoned(zone.clone()))?;
            let next = next.timestamp();
            if buckets.len() == most {
                return None;
            }
            buckets.push(Bucket {
                whole,
                from: at,
                until: next.min(until),
                charge_ws: 0,
                discharge_ws: 0,
                peak_mw: 0,
            });
            at = next;
        }
        Some(Self { granularity, buckets })
    }

    fn ends(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.buckets.first()?.from, self.buckets.last()?.until))
    }

    /// Index of the bucket that holds a moment, or of the first one after it.
    fn at(&self, moment: Timestamp) -> usize {
        self.buckets.partition_point(|bucket| bucket.until <= moment)
    }

    /// Spreads a record over the buckets it lasts through.
    fn spread(&mut self, record: &Record) {
        for bucket in self.at(record.start).. {
            let Some(bucket) = self.buckets.get_mut(bucket) else {
                return;
            };
            if bucket.from >= record.end {
                return;
            }
            let part = booked(record, bucket.until) - booked(record, bucket.from);
            match record.direction {
                Direction::Charge => bucket.charge_ws += part,
                Direction::Discharge => bucket.discharge_ws -= part,
            }
        }
    }

    /// Finds the peak of each bucket: walks through the beginnings and ends of all sessions.
    fn peaks(&mut self, records: &[&Record]) {
        let Some((from, until)) = self.ends() else { return };
        let mut changes = Vec::with_capacity(records.len() * 2);
        for record in records.iter().filter(|record| record.direction == Direction::Charge) {
            let (begin, end) = (record.start.max(from), record.end.min(until));
            if begin < end {
                let mean_mw = i128::from(record.energy_ws) * 1_000_000 / record.length().as_millis().max(1);
                let mean_mw = i64::try_from(mean_mw).unwrap_or(i64::MAX);
                changes.push((begin, mean_mw));
                changes.push((end, -mean_mw));
            }
        }
        // At the same moment what ends goes first: sessions that only touch do not add up.
        changes.sort_unstable();
        let mut level = 0;
        for (index, (at, change)) in changes.iter().enumerate() {
            level += change;
            let next = changes.get(index + 1).map_or(until, |(next, _)| *next);
            for bucket in self.at(*at).. {
                match self.buckets.get_mut(bucket) {
                    Some(bucket) if bucket.from < next && *at < next => bucket.peak_mw = bucket.peak_mw.max(level),
                    _ => break,
                }
            }
        }
    }
}

/// The energy (Ws) of a record up to a moment, if its power was the same all the time.
fn booked(record: &Record, until: Timestamp) -> i64 {
    let whole = record.length().as_millis();
    let passed = until.duration_since(record.start).as_millis();
    if passed <= 0 {
        0
    } else if passed >= whole {
        record.energy_ws
    } else {
        // Below the whole energy, so it fits.
        (i128::from(record.energy_ws) * passed / whole) as i64
    }
}

impl Fleet {
    /// The energy of some sites over a grid.
    pub(crate) fn energy(&self, mut grid: Grid, sites: &[usize], site_id: Option<&str>) -> (Vec<Point>, Totals) {
        let Some((from, until)) = grid.ends() else {
            return (Vec::new(), Totals::default());
        };
        let wanted: HashSet<usize> = sites.iter().copied().collect();
        let records: Vec<&Record> = self
            .records
            .around(None, Some(from), Some(until))
            .iter()
            .map(AsRef::as_ref)
            .filter(|record: &&Record| wanted.contains(&self.chargers[record.charger].site))
            .collect();
        for record in &records {
            grid.spread(record);
        }
        grid.peaks(&records);
        let sum = |of: fn(&Bucket) -> i64| grid.buckets.iter().map(of).sum();
        let totals = Totals {
            charge_energy: kwh(sum(|bucket| bucket.charge_ws)),
            discharge_energy: kwh(sum(|bucket| bucket.discharge_ws)),
            max_power: kw_of(grid.buckets.iter().map(|bucket| bucket.peak_mw).max().unwrap_or(0)),
        };
        let points = grid.buckets.iter().map(|bucket| {
            let seconds = bucket.until.duration_since(bucket.from).as_secs_f64();
            Point {
                time: bucket_label(grid.granularity, self.quirks.bucket_labels, &bucket.whole),
                site_id: site_id.map(str::to_owned),
                charge_energy: kwh(bucket.charge_ws),
                discharge_energy: kwh(bucket.discharge_ws),
                max_power: kw_of(bucket.peak_mw),
                avg_power: round(kw(bucket.charge_ws) / seconds, 3),
            }
        });
        (points.collect(), totals)
    }
}

/// Milliwatts as kilowatts, to the watt.
fn kw_of(milliwatts: i64) -> f64 {
    round(milliwatts as f64 / 1e6, 3)
}
