//! What commands are given, read from a case.

use std::time::Duration;

use jiff::civil::Time;
use serde::Serialize;
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
        kind: called(
            &get::<String>(plan, "type")?,
            &[ScheduleKind::Once, ScheduleKind::Daily, ScheduleKind::Weekly],
        )?,
        time_slots: slots.map(slot).collect::<Result<_>>()?,
        target_soc: maybe(plan, "target_soc")?,
        effective_from: maybe(plan, "effective_from")?,
        effective_until: maybe(plan, "effective_until")?,
        timezone: maybe(plan, "timezone")?,
    })
}

fn slot(slot: &Value) -> Result<TimeSlot> {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};

    let time = |name| -> Result<Time> {
        let text: String = get(slot, name)?;
        text.parse().map_err(|error| Error::invalid(name, error))
    };
    let days: Vec<String> = maybe(slot, "day_of_week")?.unwrap_or_default();
    let week = [Mon, Tue, Wed, Thu, Fri, Sat, Sun];
    Ok(TimeSlot {
        day_of_week: days.iter().map(|day| called(day, &week)).collect::<Result<_>>()?,
        start: time("start")?,
        end: time("end")?,
        power_limit: maybe(slot, "power_limit")?,
        action: called(
            &get::<String>(slot, "action")?,
            &[ScheduleAction::Charge, ScheduleAction::Discharge, ScheduleAction::Idle],
        )?,
    })
}

/// The value that the platform calls so.
fn called<T: Copy + Serialize>(text: &str, known: &[T]) -> Result<T> {
    let found = known
        .iter()
        .find(|value| serde_json::to_value(value).is_ok_and(|name| name == text));
    found.copied().ok_or_else(|| Error::invalid("case", text))
}

fn duration(args: &Value) -> Result<Option<Duration>> {
    Ok(maybe(args, "duration_ms")?.map(Duration::from_millis))
}
