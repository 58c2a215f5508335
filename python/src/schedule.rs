//! `tellus.Schedule` as the core's. What is wrong with it as a whole, the core says.

use jiff::civil::Time;
use pyo3::{
    FromPyObject,
    exceptions::PyTypeError,
    intern,
    prelude::*,
    types::{PyString, PyTime},
};
use tellus_core::{
    Error,
    model::{Schedule, ScheduleAction, ScheduleKind, TimeSlot, Weekday},
};

use crate::{
    arguments::{percent, word},
    error::OrRaise,
    time,
};

const KINDS: [(&str, ScheduleKind); 3] = [
    ("once", ScheduleKind::Once),
    ("daily", ScheduleKind::Daily),
    ("weekly", ScheduleKind::Weekly),
];
const ACTIONS: [(&str, ScheduleAction); 3] = [
    ("charge", ScheduleAction::Charge),
    ("discharge", ScheduleAction::Discharge),
    ("idle", ScheduleAction::Idle),
];
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// Reads a schedule.
pub(crate) fn read(schedule: &Bound<'_, PyAny>) -> PyResult<Schedule> {
    let py = schedule.py();
    let kind: String = attribute(schedule, "", "type", "a text")?;
    let mut time_slots = Vec::new();
    for (index, slot) in schedule.getattr(intern!(py, "time_slots"))?.try_iter()?.enumerate() {
        time_slots.push(read_slot(&format!("time_slots[{index}]."), &slot?)?);
    }
    Ok(Schedule {
        schedule_id: attribute(schedule, "", "schedule_id", "a text")?,
        enabled: attribute(schedule, "", "enabled", "True or False")?,
        kind: word(py, "type", &KINDS, &kind)?,
        time_slots,
        target_soc: optional(schedule, "target_soc")?
            .map(|value| percent("target_soc", &value))
            .transpose()?,
        effective_from: optional(schedule, "effective_from")?
            .map(|value| time::moment("effective_from", &value))
            .transpose()?,
        effective_until: optional(schedule, "effective_until")?
            .map(|value| time::moment("effective_until", &value))
            .transpose()?,
        timezone: attribute(schedule, "", "timezone", "a text")?,
    })
}

fn read_slot(place: &str, slot: &Bound<'_, PyAny>) -> PyResult<TimeSlot> {
    let py = slot.py();
    let field = |name: &str| format!("{place}{name}");
    let action: String = attribute(slot, place, "action", "a text")?;
    let wrong = |_: PyErr| PyTypeError::new_err(format!("{} must be a list of texts", field("day_of_week")));
    let mut day_of_week = Vec::new();
    for day in slot.getattr(intern!(py, "day_of_week"))?.try_iter().map_err(wrong)? {
        let day: String = day?.extract().map_err(wrong)?;
        day_of_week.push(word(py, &field("day_of_week"), &DAYS, &day)?);
    }
    Ok(TimeSlot {
        day_of_week,
        start: time_of_day(&field("start"), &slot.getattr(intern!(py, "start"))?)?,
        end: time_of_day(&field("end"), &slot.getattr(intern!(py, "end"))?)?,
        power_limit: attribute(slot, place, "power_limit", "a number of kW")?,
        action: word(py, &field("action"), &ACTIONS, &action)?,
    })
}

/// An attribute; `what` says what it must be. Plans come from files, too, and a file may hold anything.
fn attribute<'py, T>(object: &Bound<'py, PyAny>, place: &str, name: &str, what: &str) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py>,
{
    let value = object.getattr(name)?;
    value
        .extract()
        .map_err(|_| PyTypeError::new_err(format!("{place}{name} must be {what}, not {}", value.get_type())))
}

fn optional<'py>(object: &Bound<'py, PyAny>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(Some(object.getattr(name)?).filter(|value| !value.is_none()))
}

/// A `datetime.time`, or its text. One that is aware is refused: the zone is the schedule's.
fn time_of_day(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Time> {
    let py = value.py();
    let text: String = if value.is_instance_of::<PyTime>() {
        value.call_method0(intern!(py, "isoformat"))?.extract()?
    } else if value.is_instance_of::<PyString>() {
        value.extract()?
    } else {
        return Err(PyTypeError::new_err(format!(
            "{field} must be a time or a text like 22:00"
        )));
    };
    let plain = text.len() >= 5 && text.bytes().all(|byte| byte.is_ascii_digit() || b":.".contains(&byte));
    text.parse()
        .ok()
        .filter(|_| plain)
        .ok_or_else(|| Error::invalid(field, format_args!("must be a time of day like 22:00, not {text:?}")))
        .or_raise(py)
}
