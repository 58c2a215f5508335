//! Charging schedules: which slot a moment lies in.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::unspecified::ONCE_SEARCH_DAYS;

/// How a schedule repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    Once,
    Daily,
    Weekly,
}

/// What a connector is to do in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotAction {
    Charge,
    Discharge,
    Idle,
}

/// A part of a day. It belongs to the day on which it begins, also when it ends on the next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    pub(crate) days: Vec<Weekday>,
    pub(crate) start: Time,
    pub(crate) end: Time,
    /// W
    pub(crate) limit_w: Option<i64>,
    pub(crate) action: SlotAction,
}

/// A schedule of one connector.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Schedule {
    pub(crate) id: String,
    pub(crate) enabled: bool,
    pub(crate) repeat: Repeat,
    pub(crate) slots: Vec<Slot>,
    pub(crate) target_soc: Option<u8>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) zone: TimeZone,
    /// When the charger got it.
    pub(crate) stored: Timestamp,
}

/// A slot that is under way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Active {
    /// Which schedule it is from, and when this occurrence began: together they name it.
    pub(crate) schedule_id: String,
    pub(crate) begin: Timestamp,
    pub(crate) action: SlotAction,
    pub(crate) limit_w: Option<i64>,
    pub(crate) target_soc: Option<u8>,
}

impl Schedule {
    /// True when a slot discharges.
    pub(crate) fn feeds_back(&self) -> bool {
        self.slots.iter().any(|slot| slot.action == SlotAction::Discharge)
    }

    /// The slot that `now` lies in. Of several the first in the list.
    pub(crate) fn active(&self, now: Timestamp) -> Option<Active> {
        let effective = self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until);
        if !self.enabled || !effective {
            return None;
        }
        let today = now.to_zoned(self.zone.clone()).date();
        self.slots.iter().find_map(|slot| {
            // A slot across midnight may have begun yesterday.
            let begun = [today.yesterday().ok(), Some(today)].into_iter().flatten();
            let mut occurrences = begun.filter_map(|day| self.occurrence(slot, day));
            let (begin, _) = occurrences.find(|(begin, end)| *begin <= now && now < *end)?;
            Some(Active {
                schedule_id: self.id.clone(),
                begin,
                action: slot.action,
                limit_w: slot.limit_w,
                target_soc: self.target_soc,
            })
        })
    }

    /// When the slot that belongs to `day` begins and ends, if there is one on that day.
    fn occurrence(&self, slot: &Slot, day: Date) -> Option<(Timestamp, Timestamp)> {
        let span = self.span(slot, day)?;
        let wanted = match self.repeat {
            Repeat::Daily => true,
            Repeat::Weekly => slot.days.contains(&day.weekday()),
            Repeat::Once => self.first(slot) == Some(span),
        };
        wanted.then_some(span)
    }

    /// The one occurrence of a slot that happens once: the first that is not over when the schedule takes effect.
    fn first(&self, slot: &Slot) -> Option<(Timestamp, Timestamp)> {
        let effect = self.from.map_or(self.stored, |from| from.max(self.stored));
        let mut day = effect.to_zoned(self.zone.clone()).date().yesterday().ok()?;
        for _ in 0..ONCE_SEARCH_DAYS {
            let named = slot.days.is_empty() || slot.days.contains(&day.weekday());
            match self.span(slot, day) {
                Some(span) if named && span.1 > effect => return Some(span),
                _ => day = day.tomorrow().ok()?,
            }
        }
        None
    }

    fn span(&self, slot: &Slot, day: Date) -> Option<(Timestamp, Timestamp)> {
        let last = if slot.end <= slot.start {
            day.checked_add(1.day()).ok()?
        } else {
            day
        };
        // A time that the change of the clocks skips or repeats is read the usual way: later, or the first of the two.
        let moment = |day: Date, time: Time| {
            let zoned = self.zone.to_ambiguous_zoned(day.to_datetime(time)).compatible().ok()?;
            Some(zoned.timestamp())
        };
        Some((moment(day, slot.start)?, moment(last, slot.end)?))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    fn schedule(repeat: Repeat, days: &[Weekday], (start, end): (Time, Time), zone: &str) -> Schedule {
        Schedule {
            id: "sch".to_owned(),
            enabled: true,
            repeat,
            slots: vec![Slot {
                days: days.to_vec(),
                start,
                end,
                limit_w: None,
                action: SlotAction::Charge,
            }],
            target_soc: None,
            from: None,
            until: None,
            zone: TimeZone::get(zone).unwrap(),
            stored: "2026-03-15T11:00:00Z".parse().unwrap(),
        }
    }

    fn active(schedule: &Schedule, at: &str) -> bool {
        schedule.active(at.parse().unwrap()).is_some()
    }

    #[test]
    fn a_night_belongs_to_its_first_day() {
        let night = (time(22, 0, 0, 0), time(8, 0, 0, 0));
        let monday = schedule(Repeat::Weekly, &[Weekday::Monday], night, "UTC");
        for (at, expected) in [
            ("2026-03-16T07:59:59Z", false),
            ("2026-03-16T21:59:59Z", false),
            ("2026-03-16T22:00:00Z", true),
            ("2026-03-17T07:59:59Z", true),
            ("2026-03-17T08:00:00Z", false),
            ("2026-03-17T23:00:00Z", false),
        ] {
            assert_eq!(active(&monday, at), expected, "{at}");
        }
    }

    #[test]
    fn clocks_that_change_move_the_slot_with_them() {
        let morning = (time(9, 0, 0, 0), time(10, 0, 0, 0));
        let daily = schedule(Repeat::Daily, &[], morning, "Europe/London");
        assert!(active(&daily, "2026-03-28T09:30:00Z") && !active(&daily, "2026-03-28T08:30:00Z"));
        assert!(!active(&daily, "2026-03-29T09:30:00Z") && active(&daily, "2026-03-29T08:30:00Z"));
        // Half past one does not exist that night; the slot begins an hour later by the clock on the wall.
        let skipped = (time(1, 30, 0, 0), time(3, 0, 0, 0));
        let night = schedule(Repeat::Daily, &[], skipped, "Europe/London");
        assert!(!active(&night, "2026-03-29T01:29:00Z") && active(&night, "2026-03-29T01:31:00Z"));
    }

    #[test]
    fn once_is_the_first_that_is_not_over() {
        let noon = (time(12, 0, 0, 0), time(13, 0, 0, 0));
        let once = schedule(Repeat::Once, &[], noon, "UTC");
        assert!(active(&once, "2026-03-15T12:30:00Z") && !active(&once, "2026-03-16T12:30:00Z"));
        let early = schedule(Repeat::Once, &[], (time(9, 0, 0, 0), time(10, 0, 0, 0)), "UTC");
        assert!(active(&early, "2026-03-16T09:30:00Z") && !active(&early, "2026-03-17T09:30:00Z"));
        let friday = schedule(Repeat::Once, &[Weekday::Friday], noon, "UTC");
        assert!(active(&friday, "2026-03-20T12:30:00Z") && !active(&friday, "2026-03-27T12:30:00Z"));
        let late = Schedule {
            from: Some("2026-04-01T00:00:00Z".parse().unwrap()),
            ..once
        };
        assert!(!active(&late, "2026-03-15T12:30:00Z") && active(&late, "2026-04-01T12:30:00Z"));
    }

    #[test]
    fn only_while_enabled_and_in_effect() {
        let noon = (time(12, 0, 0, 0), time(13, 0, 0, 0));
        let mut daily = schedule(Repeat::Daily, &[], noon, "UTC");
        daily.until = Some("2026-03-16T12:30:00Z".parse().unwrap());
        assert!(active(&daily, "2026-03-16T12:29:59Z") && !active(&daily, "2026-03-16T12:30:00Z"));
        daily.enabled = false;
        assert!(!active(&daily, "2026-03-15T12:15:00Z"));
    }
}
