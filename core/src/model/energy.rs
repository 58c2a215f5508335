//! Energy, summed over spans of time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lenient;
use crate::error::{Error, Result};

/// The width of the spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granularity {
    /// An hour.
    Hour,
    /// A day; in which zone is not specified.
    Day,
    /// A month.
    Month,
}

impl Granularity {
    /// The platform's text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

impl std::str::FromStr for Granularity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Hour, Self::Day, Self::Month]
            .into_iter()
            .find(|granularity| granularity.as_str() == text)
            .ok_or_else(|| Error::invalid("granularity", format_args!("must be hour, day or month, not {text:?}")))
    }
}

/// Energy over time.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct EnergySeries {
    /// The width of the spans, as the platform names it.
    #[serde(default)]
    pub granularity: Option<String>,
    /// The beginning of the whole.
    #[serde(default, deserialize_with = "lenient::optional_timestamp")]
    pub start_time: Option<Timestamp>,
    /// The end of the whole.
    #[serde(default, deserialize_with = "lenient::optional_timestamp")]
    pub end_time: Option<Timestamp>,
    /// The spans. Whether empty ones are sent is not specified.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub series: Vec<EnergyPoint>,
    /// The sums over the whole.
    #[serde(default)]
    pub total: Option<EnergyTotal>,
}

/// One span.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct EnergyPoint {
    /// The platform's label, e.g. `2025-03-15` or `2025-03`: a text, since its zone is not specified.
    #[serde(default)]
    pub time: Option<String>,
    /// Energy into vehicles, in kWh.
    #[serde(default)]
    pub charge_energy: Option<f64>,
    /// Energy out of vehicles (V2G), in kWh; positive.
    #[serde(default)]
    pub discharge_energy: Option<f64>,
    /// Peak power, in kW.
    #[serde(default)]
    pub max_power: Option<f64>,
    /// Mean power, in kW.
    #[serde(default)]
    pub avg_power: Option<f64>,
}

/// The sums over all spans.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct EnergyTotal {
    /// Energy into vehicles, in kWh.
    #[serde(default)]
    pub charge_energy: Option<f64>,
    /// Energy out of vehicles, in kWh; positive.
    #[serde(default)]
    pub discharge_energy: Option<f64>,
    /// Peak power, in kW.
    #[serde(default)]
    pub max_power: Option<f64>,
}
