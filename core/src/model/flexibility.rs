//! Load control for many chargers at once.

use std::time::Duration;

use serde_json::{Value, json};

use super::control::duration;
use crate::error::{Error, Result};

/// A measure for a group of chargers.
#[derive(Debug, Clone, PartialEq)]
pub struct FlexibilityRequest {
    /// Whom it concerns.
    pub target: FlexibilityTarget,
    /// What is to happen.
    pub command: FlexibilityCommand,
    /// How long, in whole seconds.
    pub duration: Duration,
    /// Why, e.g. `grid_overload`.
    pub reason: Option<String>,
}

/// Whom a measure concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlexibilityTarget {
    /// These sites.
    Sites(Vec<String>),
    /// These operators.
    Operators(Vec<String>),
    /// All chargers of this client.
    All,
}

/// What a measure does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlexibilityCommand {
    /// Power is limited to this share, in %.
    SetPowerLimit(u8),
    /// Charging pauses.
    PauseCharging,
}

impl FlexibilityRequest {
    /// Checks the ranges, as the call does before it sends.
    pub fn check(&self) -> Result<()> {
        self.body().map(drop)
    }

    /// Checks the ranges and gives the documented form.
    pub(crate) fn body(&self) -> Result<Value> {
        let (target_type, ids) = match &self.target {
            FlexibilityTarget::Sites(ids) => ("site", Some(ids)),
            FlexibilityTarget::Operators(ids) => ("operator", Some(ids)),
            FlexibilityTarget::All => ("all", None),
        };
        if let Some(ids) = ids
            && (ids.is_empty() || ids.iter().any(|id| id.trim().is_empty()))
        {
            return Err(Error::invalid(
                "target_ids",
                "must name at least one id, and none may be empty",
            ));
        }
        duration("duration", self.duration)?;
        let mut params = json!({ "duration": self.duration.as_secs() });
        let command = match self.command {
            FlexibilityCommand::SetPowerLimit(percent) if percent > 100 => {
                return Err(Error::invalid(
                    "power_limit_percent",
                    format_args!("must lie in 0..=100 %, not {percent}"),
                ));
            }
            FlexibilityCommand::SetPowerLimit(percent) => {
                params["power_limit_percent"] = percent.into();
                "set_power_limit"
            }
            FlexibilityCommand::PauseCharging => "pause_charging",
        };
        if let Some(reason) = &self.reason {
            params["reason"] = reason.as_str().into();
        }
        let mut body = json!({ "target_type": target_type, "command": command, "params": params });
        if let Some(ids) = ids {
            body["target_ids"] = ids.clone().into();
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> FlexibilityRequest {
        FlexibilityRequest {
            target: FlexibilityTarget::Sites(vec!["site_1".into()]),
            command: FlexibilityCommand::SetPowerLimit(50),
            duration: Duration::from_secs(1800),
            reason: Some("grid_overload".into()),
        }
    }

    #[test]
    fn the_documented_form_comes_out() {
        let expected = json!({
            "target_type": "site", "target_ids": ["site_1"], "command": "set_power_limit",
            "params": {"power_limit_percent": 50, "duration": 1800, "reason": "grid_overload"},
        });
        assert_eq!(request().body().unwrap(), expected);
        let all = FlexibilityRequest {
            target: FlexibilityTarget::All,
            command: FlexibilityCommand::PauseCharging,
            ..request()
        };
        assert!(all.body().unwrap().get("target_ids").is_none());
    }

    #[test]
    fn mistakes_are_named() {
        let field = |request: FlexibilityRequest| request.body().unwrap_err().details()["field"].clone();
        assert_eq!(
            field(FlexibilityRequest {
                target: FlexibilityTarget::Sites(vec![]),
                ..request()
            }),
            "target_ids"
        );
        assert_eq!(
            field(FlexibilityRequest {
                duration: Duration::ZERO,
                ..request()
            }),
            "duration"
        );
        let command = FlexibilityCommand::SetPowerLimit(101);
        let too_much = FlexibilityRequest { command, ..request() };
        assert_eq!(too_much.check().unwrap_err().details()["field"], "power_limit_percent");
        assert!(request().check().is_ok());
    }
}
