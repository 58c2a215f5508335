//! The platform's words for a flexibility call as the core's.

use tellus_core::{
    Error, Result,
    model::{FlexibilityCommand, FlexibilityTarget},
};

/// Whom a measure concerns.
pub(crate) fn target(kind: &str, ids: Vec<String>) -> Result<FlexibilityTarget> {
    match kind {
        "site" => Ok(FlexibilityTarget::Sites(ids)),
        "operator" => Ok(FlexibilityTarget::Operators(ids)),
        "all" if ids.is_empty() => Ok(FlexibilityTarget::All),
        "all" => Err(Error::invalid("target_ids", "must be empty when target_type is all")),
        other => Err(Error::invalid(
            "target_type",
            format_args!("must be site, operator or all, not {other:?}"),
        )),
    }
}

/// What a measure does.
pub(crate) fn command(name: &str, power_limit: Option<u8>) -> Result<FlexibilityCommand> {
    match (name, power_limit) {
        ("set_power_limit", Some(percent)) => Ok(FlexibilityCommand::SetPowerLimit(percent)),
        ("pause_charging", None) => Ok(FlexibilityCommand::PauseCharging),
        ("set_power_limit", None) => Err(Error::invalid(
            "power_limit_percent",
            "is missing; set_power_limit needs it",
        )),
        ("pause_charging", Some(_)) => Err(Error::invalid("power_limit_percent", "does not go with pause_charging")),
        (other, _) => Err(Error::invalid(
            "command",
            format_args!("must be set_power_limit or pause_charging, not {other:?}"),
        )),
    }
}
