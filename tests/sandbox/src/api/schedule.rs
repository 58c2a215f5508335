//! Reading a schedule out of a request.

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};

use super::fields::Fields;
use crate::envelope::ApiError;
use crate::fleet::{Repeat, Schedule, Slot, SlotAction};
use crate::zones;

/// Most slots in one schedule. Not specified.
const MOST_SLOTS: usize = 100;

/// The schedule in a body, or the first field that cannot be used.
pub(crate) fn read(fields: &Fields) -> Result<Schedule, ApiError> {
    let id = fields.required("schedule_id", fields.text("schedule_id")?)?;
    let enabled = fields.required("enabled", fields.flag("enabled")?)?;
    let repeat = fields.required("type", fields.word("type", repeat)?)?;
    let slots = fields.required("time_slots", fields.objects("time_slots")?)?;
    if slots.is_empty() || slots.len() > MOST_SLOTS {
        return Err(fields.invalid("time_slots"));
    }
    let (from, until) = (fields.moment("effective_from")?, fields.moment("effective_until")?);
    if from.is_some() && until.is_some() && until <= from {
        return Err(fields.invalid("effective_until"));
    }
    Ok(Schedule {
        id,
        enabled,
        repeat,
        slots: slots
            .iter()
            .map(|slot| read_slot(slot, repeat))
            .collect::<Result<_, _>>()?,
        target_soc: fields.percent("target_soc")?,
        from,
        until,
        zone: fields.word("timezone", zones::named)?,
        // Overwritten when the charger gets it.
        stored: Timestamp::UNIX_EPOCH,
    })
}

fn read_slot(fields: &Fields, repeat: Repeat) -> Result<Slot, ApiError> {
    let days: Vec<Weekday> = match fields.texts("day_of_week")? {
        None => Vec::new(),
        Some(names) => names
            .iter()
            .map(|name| weekday(name))
            .collect::<Option<_>>()
            .ok_or_else(|| fields.invalid("day_of_week"))?,
    };
    if repeat == Repeat::Weekly && days.is_empty() {
        return Err(fields
            .required::<()>("day_of_week", None)
            .err()
            .unwrap_or_else(|| fields.invalid("day_of_week")));
    }
    let start = fields.required("start", fields.word("start", time)?)?;
    let end = fields.required("end", fields.word("end", time)?)?;
    if start == end {
        // Nothing, or a whole day? Better refused than guessed.
        return Err(fields.invalid("end"));
    }
    Ok(Slot {
        days,
        start,
        end,
        limit_w: fields.power("power_limit")?,
        action: fields.required("action", fields.word("action", action)?)?,
    })
}

fn repeat(name: &str) -> Option<Repeat> {
    match name {
        "once" => Some(Repeat::Once),
        "daily" => Some(Repeat::Daily),
        "weekly" => Some(Repeat::Weekly),
        _ => None,
    }
}

fn action(name: &str) -> Option<SlotAction> {
    match name {
        "charge" => Some(SlotAction::Charge),
        "discharge" => Some(SlotAction::Discharge),
        "idle" => Some(SlotAction::Idle),
        _ => None,
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, day)| *day)
}

/// `HH:MM`, and nothing else.
fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str| -> Option<i8> {
        (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
    };
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_two_digits_twice() {
        assert_eq!(time("08:05"), Time::new(8, 5, 0, 0).ok());
        for bad in ["8:05", "24:00", "08:60", "08:05:00", "+8:05", "", "ab:cd"] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }
}
