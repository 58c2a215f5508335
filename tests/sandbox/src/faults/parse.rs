//! Reading faults from JSON, with errors that help.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Map, Value};

use super::{Fault, FaultKind};

impl<'de> Deserialize<'de> for Fault {
    // By hand: serde can either flatten an enum into a struct or reject misspelt fields, not both, and a
    // misspelt fault that silently never happens costs an afternoon.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let path = take(&mut fields, "path").map_err(D::Error::custom)?;
        let skip: Option<u32> = take(&mut fields, "skip").map_err(D::Error::custom)?;
        // Absent means once, null means until cleared.
        let times = match fields.remove("times") {
            None => Some(1),
            Some(times) => {
                serde_json::from_value(times).map_err(|error| D::Error::custom(format!("times: {error}")))?
            }
        };
        let kind = fields
            .get("kind")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if !FaultKind::NAMES.contains(&kind.as_str()) {
            let known = FaultKind::NAMES.join(", ");
            return Err(D::Error::custom(format!(
                "unknown fault kind \"{kind}\"; the kinds are: {known}"
            )));
        }
        let kind = serde_json::from_value(Value::Object(fields))
            .map_err(|error| D::Error::custom(format!("fault {kind}: {error}")))?;
        Ok(Self {
            kind,
            path,
            times,
            skip: skip.unwrap_or(0),
        })
    }
}

fn take<T: serde::de::DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Result<Option<T>, String> {
    match fields.remove(name) {
        None => Ok(None),
        Some(value) => serde_json::from_value(value).map_err(|error| format!("{name}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: Value) -> Result<Fault, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_and_null_differ() {
        let once = parse(json!({ "kind": "drop" })).unwrap();
        assert_eq!(once, FaultKind::Drop {}.once());
        let always = parse(json!({ "kind": "drop", "times": null, "skip": 2, "path": "/operator" })).unwrap();
        assert_eq!(always, FaultKind::Drop {}.always().after(2).on("/operator"));
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let fault = FaultKind::Error {
            status: 403,
            code: 2003,
            message: None,
            details: Some(json!({ "scope": "write" })),
            retry_after_seconds: None,
        };
        for fault in [
            fault.once(),
            FaultKind::StreamClose { code: 1012 }.always(),
            FaultKind::Html { status: 502 }.times(3),
        ] {
            assert_eq!(parse(serde_json::to_value(&fault).unwrap()), Ok(fault));
        }
    }

    #[test]
    fn mistakes_are_named() {
        let unknown = parse(json!({ "kind": "explode" })).unwrap_err();
        assert!(
            unknown.contains("explode") && unknown.contains("stream_half_open"),
            "{unknown}"
        );
        assert!(parse(json!({})).unwrap_err().contains("the kinds are"));
        assert!(
            parse(json!({ "kind": "drop", "time": 3 }))
                .unwrap_err()
                .contains("time")
        );
        assert!(parse(json!({ "kind": "slow" })).unwrap_err().contains("delay_ms"));
    }

    #[test]
    fn every_kind_is_listed_under_its_name() {
        // What some kinds need, and others do not know.
        let fields = [
            ("status", json!(500)),
            ("code", json!(1000)),
            ("delay_ms", json!(1)),
            ("device", json!("dvc_1")),
            ("connector", json!(1)),
        ];
        for name in FaultKind::NAMES {
            let some = |chosen: u32| {
                let mut fault = json!({ "kind": name });
                for (bit, (field, value)) in fields.iter().enumerate() {
                    if chosen & (1 << bit) != 0 {
                        fault[field] = value.clone();
                    }
                }
                parse(fault).ok()
            };
            let fault = (0..1 << fields.len()).find_map(some).expect(name);
            assert_eq!(fault.kind.name(), name);
        }
    }
}
