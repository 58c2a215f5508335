//! What can be asked of a connector, checked before anything is sent.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::error::{Error, Result};

/// What a charge is to be like. Nothing is required: the charger then does what it can.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct StartRequest {
    /// The most power, in kW.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charge_power: Option<f64>,
    /// How long, in whole seconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "whole_seconds")]
    pub duration: Option<Duration>,
    /// The state of charge at which to stop, in %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_soc: Option<u8>,
    /// The caller's own identifier. Charging records do not carry it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
}

/// Why a session is to end.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct StopRequest {
    /// E.g. `user_request`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a discharge (V2G) is to be like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DischargeRequest {
    /// Power out of the vehicle, in kW; positive.
    pub discharge_power: f64,
    /// How long, in whole seconds; that seconds are meant is not specified.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "whole_seconds")]
    pub duration: Option<Duration>,
    /// The state of charge below which not to go, in %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_soc: Option<u8>,
}

impl StartRequest {
    /// Checks the ranges, as the call does before it sends: for whoever wants to know before asking "are you sure?".
    pub fn check(&self) -> Result<()> {
        optional_power("charge_power", self.charge_power)?;
        optional_duration("duration", self.duration)?;
        optional_percent("target_soc", self.target_soc)
    }
}

impl DischargeRequest {
    /// Checks the ranges, as the call does before it sends: for whoever wants to know before asking "are you sure?".
    pub fn check(&self) -> Result<()> {
        power("discharge_power", self.discharge_power)?;
        optional_duration("duration", self.duration)?;
        optional_percent("min_soc", self.min_soc)
    }
}

pub(super) fn power(field: &str, kilowatts: f64) -> Result<()> {
    if kilowatts.is_finite() && kilowatts > 0.0 {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format_args!("must be more than 0 kW, not {kilowatts}"),
    ))
}

pub(super) fn optional_power(field: &str, kilowatts: Option<f64>) -> Result<()> {
    kilowatts.map_or(Ok(()), |kilowatts| power(field, kilowatts))
}

pub(super) fn duration(field: &str, duration: Duration) -> Result<()> {
    if duration.as_secs() >= 1 && duration.subsec_nanos() == 0 {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format_args!("must be whole seconds, at least 1, not {} s", duration.as_secs_f64()),
    ))
}

fn optional_duration(field: &str, value: Option<Duration>) -> Result<()> {
    value.map_or(Ok(()), |value| duration(field, value))
}

pub(super) fn optional_percent(field: &str, percent: Option<u8>) -> Result<()> {
    match percent {
        Some(percent) if percent > 100 => Err(Error::invalid(
            field,
            format_args!("must lie in 0..=100 %, not {percent}"),
        )),
        _ => Ok(()),
    }
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn whole_seconds<S: Serializer>(duration: &Option<Duration>, output: S) -> std::result::Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs()).serialize(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(result: Result<()>) -> String {
        result.unwrap_err().details()["field"].as_str().unwrap().to_owned()
    }

    #[test]
    fn arguments_out_of_range_are_refused_by_name() {
        for power in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let start = StartRequest {
                charge_power: Some(power),
                ..Default::default()
            };
            assert_eq!(field(start.check()), "charge_power", "{power}");
        }
        let start = StartRequest {
            target_soc: Some(101),
            ..Default::default()
        };
        assert_eq!(field(start.check()), "target_soc");
        let start = StartRequest {
            duration: Some(Duration::from_millis(1500)),
            ..Default::default()
        };
        assert_eq!(field(start.check()), "duration");
        let discharge = DischargeRequest {
            discharge_power: -5.0,
            duration: None,
            min_soc: None,
        };
        assert_eq!(field(discharge.check()), "discharge_power");
        assert!(StartRequest::default().check().is_ok());
    }

    #[test]
    fn only_what_was_said_is_sent() {
        let start = StartRequest {
            duration: Some(Duration::from_secs(60)),
            ..Default::default()
        };
        assert_eq!(serde_json::to_string(&start).unwrap(), r#"{"duration":60}"#);
        assert_eq!(serde_json::to_string(&StopRequest::default()).unwrap(), "{}");
    }
}
