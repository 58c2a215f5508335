//! Sites: places with chargers.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lenient;

/// A place with chargers.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Site {
    /// The platform's identifier; opaque.
    pub site_id: String,
    /// The name people use.
    pub name: String,
    /// Postal address.
    #[serde(default)]
    pub address: Option<String>,
    /// Where it is.
    #[serde(default)]
    pub location: Option<Location>,
    /// Number of connectors at the site.
    #[serde(default, deserialize_with = "lenient::optional_whole")]
    pub total_connectors: Option<u32>,
    /// Number of connectors by state. The schema names only `idle`, `charging` and `fault`, so the sum need not be
    /// [`Site::total_connectors`].
    #[serde(default, deserialize_with = "lenient::optional_counts")]
    pub status_summary: Option<HashMap<String, u32>>,
    /// Total installed power in kW.
    #[serde(default)]
    pub power_capacity: Option<f64>,
    /// When the site was created.
    #[serde(default, deserialize_with = "lenient::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// A point on the map.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
pub struct Location {
    /// Latitude in degrees, north positive.
    pub lat: f64,
    /// Longitude in degrees, east positive.
    pub lng: f64,
}

/// The filter of the site list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteStatus {
    /// Sites in operation.
    Active,
    /// Sites out of operation.
    Inactive,
}

impl SiteStatus {
    /// The platform's text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

impl std::str::FromStr for SiteStatus {
    type Err = crate::Error;

    fn from_str(text: &str) -> crate::Result<Self> {
        match text {
            "active" => Ok(Self::Active),
            "inactive" => Ok(Self::Inactive),
            other => Err(crate::Error::invalid(
                "status",
                format_args!("must be active or inactive, not {other:?}"),
            )),
        }
    }
}
