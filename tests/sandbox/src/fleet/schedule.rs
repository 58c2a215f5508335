//! Charging schedules: which slot a moment lies in.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use crate::quirks::NightSlots;
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

/// A part of a day, or of a night: then it ends on the day after the one on which it begins.
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
    /// None until the charger gets it, if the request names none.
    pub(crate) zone: Option<TimeZone>,
    /// When the charger got it.
    pub(crate) stored: Timestamp,
}

/// One time that a slot is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Occurrence {
    /// When the whole slot begins, of which this may be a part.
    begin: Timestamp,
    from: Timestamp,
    until: Timestamp,
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
    pub(crate) fn active(&self, now: Timestamp, nights: NightSlots) -> Option<Active> {
        let effective = self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until);
        if !self.enabled || !effective {
            return None;
        }
        let today = self.day(now);
        self.slots.iter().find_map(|slot| {
            // A slot across midnight may be that of yesterday, or of tomorrow.
            let days = [today.yesterday().ok(), Some(today), today.tomorrow().ok()];
            let occurrences = days.into_iter().flatten();
            let mut occurrences = occurrences.flat_map(|day| self.occurrences(slot, day, nights));
            let occurrence = occurrences.find(|one| one.from <= now && now < one.until)?;
            Some(Active {
                schedule_id: self.id.clone(),
                begin: occurrence.begin,
                action: slot.action,
                limit_w: slot.limit_w,
                target_soc: self.target_soc,
            })
        })
    }

    /// The times of a slot that are meant for `day`, if it is meant for that day at all.
    fn occurrences(&self, slot: &Slot, day: Date, nights: NightSlots) -> Vec<Occurrence> {
        let mut spans = self.spans(slot, day, nights);
        match self.repeat {
            Repeat::Daily => {}
            Repeat::Weekly => spans.retain(|_| slot.days.contains(&day.weekday())),
            Repeat::Once => {
                let first = self.first(slot, nights);
                spans.retain(|span| Some(span) == first.as_ref());
            }
        }
        spans
    }

    /// The one occurrence of a slot that happens once: the first that is not over when the schedule takes effect.
    fn first(&self, slot: &Slot, nights: NightSlots) -> Option<Occurrence> {
        let effect = self.from.map_or(self.stored, |from| from.max(self.stored));
        let mut day = self.day(effect).yesterday().ok()?;
        for _ in 0..ONCE_SEARCH_DAYS {
            let named = slot.days.is_empty() || slot.days.contains(&day.weekday());
            let mut spans = self.spans(slot, day, nights).into_iter();
            match spans.find(|span| named && span.until > effect) {
                None => day = day.tomorrow().ok()?,
                first => return first,
            }
        }
        None
    }

    /// When the slot begins and ends that a day has if it is named.
    fn spans(&self, slot: &Slot, day: Date, nights: NightSlots) -> Vec<Occurrence> {
        let (before, after) = (day.yesterday().ok(), day.tomorrow().ok());
        let whole = |first: Option<Date>, last: Option<Date>| {
            let begin = self.moment(first?, slot.start)?;
            let until = self.moment(last?, slot.end)?;
            Some(Occurrence {
                begin,
                from: begin,
                until,
            })
        };
        // Where no day is named, it makes no difference.
        let across = slot.end <= slot.start && !slot.days.is_empty();
        let spans = match nights {
            NightSlots::LastDay if across => vec![whole(before, Some(day))],
            NightSlots::EachDay if across => {
                let midnight = |day: Option<Date>| self.moment(day?, Time::midnight());
                // Both halves of a night have the name of that night: two days in a row are no two sessions.
                let first_hours = whole(before, Some(day)).zip(midnight(Some(day)));
                let last_hours = whole(Some(day), after).zip(midnight(after));
                vec![
                    first_hours.map(|(night, from)| Occurrence { from, ..night }),
                    last_hours.map(|(night, until)| Occurrence { until, ..night }),
                ]
            }
            _ if slot.end <= slot.start => vec![whole(Some(day), after)],
            _ => vec![whole(Some(day), Some(day))],
        };
        spans.into_iter().flatten().collect()
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }

    /// The day that a moment lies in.
    fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone()).date()
    }

    /// The moment of a time on the clock. One that the change of the clocks skips or repeats is read the usual way: later,
    /// or the first of the two.
    fn moment(&self, day: Date, time: Time) -> Option<Timestamp> {
        let zoned = self
            .zone()
            .to_ambiguous_zoned(day.to_datetime(time))
            .compatible()
            .ok()?;
        Some(zoned.timestamp())
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
            zone: TimeZone::get(zone).ok(),
            stored: "2026-03-15T11:00:00Z".parse().unwrap(),
        }
    }

    fn active(schedule: &Schedule, at: &str) -> bool {
        active_with(schedule, at, NightSlots::FirstDay)
    }

    fn active_with(schedule: &Schedule, at: &str, nights: NightSlots) -> bool {
        schedule.active(at.parse().unwrap(), nights).is_some()
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
    fn a_night_may_belong_to_its_last_day_or_to_neither() {
        let night = (time(22, 0, 0, 0), time(8, 0, 0, 0));
        let monday = schedule(Repeat::Weekly, &[Weekday::Monday], night, "UTC");
        for (at, last, each) in [
            ("2026-03-15T21:59:59Z", false, false),
            ("2026-03-15T22:00:00Z", true, false),
            ("2026-03-16T00:00:00Z", true, true),
            ("2026-03-16T07:59:59Z", true, true),
            ("2026-03-16T08:00:00Z", false, false),
            ("2026-03-16T22:00:00Z", false, true),
            ("2026-03-16T23:59:59Z", false, true),
            ("2026-03-17T00:00:00Z", false, false),
        ] {
            assert_eq!(active_with(&monday, at, NightSlots::LastDay), last, "{at}");
            assert_eq!(active_with(&monday, at, NightSlots::EachDay), each, "{at}");
        }
        // Once is a single part of it, and without days every night is meant whole.
        let once = schedule(Repeat::Once, &[Weekday::Monday], night, "UTC");
        assert!(active_with(&once, "2026-03-16T01:00:00Z", NightSlots::EachDay));
        assert!(!active_with(&once, "2026-03-16T23:00:00Z", NightSlots::EachDay));
        let daily = schedule(Repeat::Daily, &[], night, "UTC");
        for nights in [NightSlots::LastDay, NightSlots::EachDay] {
            assert!(active_with(&daily, "2026-03-16T23:00:00Z", nights));
            assert!(active_with(&daily, "2026-03-17T01:00:00Z", nights));
        }
        // Two days in a row are one night.
        let both = schedule(Repeat::Weekly, &[Weekday::Monday, Weekday::Tuesday], night, "UTC");
        let begin = |at: &str| both.active(at.parse().unwrap(), NightSlots::EachDay).unwrap().begin;
        assert_eq!(begin("2026-03-16T23:00:00Z"), begin("2026-03-17T01:00:00Z"));
        assert_ne!(begin("2026-03-17T01:00:00Z"), begin("2026-03-17T23:00:00Z"));
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
