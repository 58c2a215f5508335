//! Charging plans that a charger keeps and carries out by itself.

use jiff::{
    Timestamp,
    civil::Time,
    tz::{self, TimeZone},
};
use serde::{Serialize, Serializer};

use super::control::{optional_percent, optional_power};
use crate::error::{Error, Result};

/// A plan for one connector. There is no call that reads, lists or deletes plans.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schedule {
    /// The caller's identifier; the same one again replaces the plan.
    pub schedule_id: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// How it repeats.
    #[serde(rename = "type")]
    pub kind: ScheduleKind,
    /// What happens when. A slot whose end is not later than its start runs across midnight; to which day it then belongs
    /// is not specified.
    pub time_slots: Vec<TimeSlot>,
    /// The state of charge at which to stop, in %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_soc: Option<u8>,
    /// In force from this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Timestamp>,
    /// In force until this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<Timestamp>,
    /// The zone of the slots' times, e.g. `Europe/London`. What holds without one is not specified: name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// How a plan repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// Not at all.
    Once,
    /// Every day.
    Daily,
    /// On the weekdays that each slot names.
    Weekly,
}

/// One part of a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeSlot {
    /// The weekdays, for weekly plans.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub day_of_week: Vec<Weekday>,
    /// When it begins, to the minute.
    #[serde(serialize_with = "hours_and_minutes")]
    pub start: Time,
    /// When it ends, to the minute.
    #[serde(serialize_with = "hours_and_minutes")]
    pub end: Time,
    /// The most power, in kW.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_limit: Option<f64>,
    /// What happens in it.
    pub action: ScheduleAction,
}

/// What happens in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleAction {
    /// Energy flows into the vehicle.
    Charge,
    /// Energy flows out of the vehicle.
    Discharge,
    /// Nothing flows.
    Idle,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Schedule {
    /// Checks everything that can be known without the charger, as the call does before it sends.
    pub fn check(&self) -> Result<()> {
        if self.schedule_id.trim().is_empty() {
            return Err(Error::invalid("schedule_id", "is empty"));
        }
        if self.time_slots.is_empty() {
            return Err(Error::invalid("time_slots", "is empty; a plan has at least one slot"));
        }
        for (index, slot) in self.time_slots.iter().enumerate() {
            let field = |name: &str| format!("time_slots[{index}].{name}");
            let weekly = self.kind == ScheduleKind::Weekly;
            if weekly && slot.day_of_week.is_empty() {
                return Err(Error::invalid(
                    &field("day_of_week"),
                    "is empty; a weekly slot names its days",
                ));
            }
            if slot.start == slot.end {
                return Err(Error::invalid(
                    &field("end"),
                    format_args!("must differ from start ({})", slot.start),
                ));
            }
            for (name, time) in [("start", slot.start), ("end", slot.end)] {
                if time.second() != 0 || time.subsec_nanosecond() != 0 {
                    return Err(Error::invalid(
                        &field(name),
                        format_args!("must be a whole minute, not {time}"),
                    ));
                }
            }
            optional_power(&field("power_limit"), slot.power_limit)?;
        }
        optional_percent("target_soc", self.target_soc)?;
        if let (Some(from), Some(until)) = (self.effective_from, self.effective_until)
            && until <= from
        {
            return Err(Error::invalid(
                "effective_until",
                format_args!("must be later than effective_from ({from}), not {until}"),
            ));
        }
        // Where the system knows no zones at all, the platform has to judge.
        if let Some(zone) = &self.timezone
            && !tz::db().is_definitively_empty()
        {
            TimeZone::get(zone).map_err(|_| {
                Error::invalid(
                    "timezone",
                    format_args!("{zone:?} is not an IANA time zone, e.g. Europe/London"),
                )
            })?;
        }
        Ok(())
    }
}

fn hours_and_minutes<S: Serializer>(time: &Time, output: S) -> std::result::Result<S::Ok, S::Error> {
    output.collect_str(&format_args!("{:02}:{:02}", time.hour(), time.minute()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    fn plan() -> Schedule {
        Schedule {
            schedule_id: "night".into(),
            enabled: true,
            kind: ScheduleKind::Weekly,
            time_slots: vec![TimeSlot {
                day_of_week: vec![Weekday::Mon, Weekday::Sun],
                start: time(22, 0, 0, 0),
                end: time(8, 30, 0, 0),
                power_limit: Some(11.0),
                action: ScheduleAction::Charge,
            }],
            target_soc: Some(80),
            effective_from: None,
            effective_until: None,
            timezone: Some("Europe/London".into()),
        }
    }

    fn field(change: impl FnOnce(&mut Schedule)) -> String {
        let mut plan = plan();
        change(&mut plan);
        plan.check().unwrap_err().details()["field"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn a_plan_is_sent_in_the_documented_form() {
        plan().check().unwrap();
        let expected = r#"{"schedule_id":"night","enabled":true,"type":"weekly","time_slots":[{"day_of_week":["mon","sun"],"start":"22:00","end":"08:30","power_limit":11.0,"action":"charge"}],"target_soc":80,"timezone":"Europe/London"}"#;
        assert_eq!(serde_json::to_string(&plan()).unwrap(), expected);
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(field(|plan| plan.schedule_id.clear()), "schedule_id");
        assert_eq!(field(|plan| plan.time_slots.clear()), "time_slots");
        assert_eq!(
            field(|plan| plan.time_slots[0].day_of_week.clear()),
            "time_slots[0].day_of_week"
        );
        assert_eq!(
            field(|plan| plan.time_slots[0].end = time(22, 0, 0, 0)),
            "time_slots[0].end"
        );
        assert_eq!(
            field(|plan| plan.time_slots[0].start = time(22, 0, 1, 0)),
            "time_slots[0].start"
        );
        assert_eq!(
            field(|plan| plan.time_slots[0].power_limit = Some(-1.0)),
            "time_slots[0].power_limit"
        );
        assert_eq!(field(|plan| plan.target_soc = Some(101)), "target_soc");
        assert_eq!(field(|plan| plan.timezone = Some("Mars/Olympus".into())), "timezone");
        assert_eq!(
            field(|plan| {
                plan.effective_from = Some(Timestamp::UNIX_EPOCH);
                plan.effective_until = Some(Timestamp::UNIX_EPOCH);
            }),
            "effective_until"
        );
    }
}
