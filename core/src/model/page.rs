//! One page of a list.

use serde::Deserialize;

use super::lenient;

/// One page of a list. Only the items are certain: the schema requires none of the counters.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(bound = "T: serde::de::DeserializeOwned")]
pub struct Page<T> {
    /// The entries of this page.
    #[serde(default = "Vec::new", deserialize_with = "lenient::null_as_default")]
    pub items: Vec<T>,
    /// Number of entries in the whole list, at the time of this reply.
    #[serde(default)]
    pub total: Option<u64>,
    /// Number of this page, from 1.
    #[serde(default)]
    pub page: Option<u64>,
    /// Largest number of entries in a page.
    #[serde(default)]
    pub size: Option<u64>,
}
