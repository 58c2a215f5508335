//! What commands are given, read from a case.

use std::time::Duration;

use jiff::civil::Time;
use serde_json::Value;
use tellus_core::{
    Error, Result,
    model::{
        DischargeRequest, FlexibilityCommand, FlexibilityRequest, FlexibilityTarget, Schedule, ScheduleAction,
        ScheduleKind, StartRequest, StopRequest, TimeSlot, Weekday,
    },
};

use crate::calls::{get, maybe, span};

pub(crate) fn start(args: &Value) -> Result<StartRequest> {
    Ok(StartRequest {
        charge_power: maybe(args, "charge_power")?,
        duration: duration(args)?,
        target_soc: maybe(args, "target_soc")?,
        transaction_id: maybe(args, "transaction_id")?,
    })
}

pub(crate) fn stop(args: &Value) -> Result<StopRequest> {
    let reason = maybe(args, "reason")?;
    Ok(StopRequest { reason })
}

pub(crate) fn discharge(args: &Value) -> Result<DischargeRequest> {
    Ok(DischargeRequest {
        discharge_power: get(args, "discharge_power")?,
        duration: duration(args)?,
        min_soc: maybe(args, "min_soc")?,
    })
}

pub(crate) fn flexibility(args: &Value) -> Result<FlexibilityRequest> {
    let ids: Vec<String> = maybe(args, "target_ids")?.unwrap_or_default();
    let target = match get::<String>(args, "target_type")?.as_str() {
        "site" => FlexibilityTarget::Sites(ids),
        "operator" => FlexibilityTarget::Operators(ids),
        _ => FlexibilityTarget::All,
    };
    let command = match maybe(args, "power_limit_percent")? {
        Some(percent) => FlexibilityCommand::SetPowerLimit(percent),
        None => FlexibilityCommand::PauseCharging,
    };
    Ok(FlexibilityRequest {
        target,
        command,
        duration: span(args, "duration_ms")?,
        reason: maybe(args, "reason")?,
    })
}

pub(crate) fn schedule(args: &Value) -> Result<Schedule> {
    let plan = &args["schedule"];
    let slots = plan["time_slots"].as_array().into_iter().flatten();
    Ok(Schedule {
        schedule_id: get(plan, "schedule_id")?,
        enabled: maybe(plan, "enabled")?.unwrap_or(true),
        kind: one_of(
            plan,
            "type",
            &[
                ("once", ScheduleKind::Once),
                ("daily", ScheduleKind::Daily),
                ("weekly", ScheduleKind::Weekly),
            ],
        )?,
        time_slots: slots.map(slot).collect::<Result<_>>()?,
        target_soc: maybe(plan, "target_soc")?,
        effective_from: maybe(plan, "effective_from")?,
        effective_until: maybe(plan, "effective_until")?,
        timezone: maybe(plan, "timezone")?,
    })
}

fn slot(slot: &Value) -> Result<TimeSlot> {
    let time = |name| -> Result<Time> {
        let text: String = get(slot, name)?;
        text.parse().map_err(|error| Error::invalid(name, error))
    };
    let days: Vec<String> = maybe(slot, "day_of_week")?.unwrap_or_default();
    let known = [
        ("mon", Weekday::Mon),
        ("tue", Weekday::Tue),
        ("wed", Weekday::Wed),
        ("thu", Weekday::Thu),
        ("fri", Weekday::Fri),
        ("sat", Weekday::Sat),
        ("sun", Weekday::Sun),
    ];
    let day = |text: &String| known.iter().find(|(name, _)| name == text).map(|(_, day)| *day);
    Ok(TimeSlot {
        day_of_week: days.iter().filter_map(day).collect(),
        start: time("start")?,
        end: time("end")?,
        power_limit: maybe(slot, "power_limit")?,
        action: one_of(
            slot,
            "action",
            &[
                ("charge", ScheduleAction::Charge),
                ("discharge", ScheduleAction::Discharge),
                ("idle", ScheduleAction::Idle),
            ],
        )?,
    })
}

fn one_of<T: Copy>(from: &Value, name: &str, known: &[(&str, T)]) -> Result<T> {
    let text: String = get(from, name)?;
    let found = known.iter().find(|(known, _)| *known == text);
    found.map(|(_, value)| *value).ok_or_else(|| Error::invalid(name, text))
}

fn duration(args: &Value) -> Result<Option<Duration>> {
    Ok(maybe(args, "duration_ms")?.map(Duration::from_millis))
}
