//! The watch for frames that arrive twice.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::model::{ConnectorReading, TelemetryFrame};

/// Remembers each device's newest frames. A duplicate has the same device, time AND readings: a platform may send a
/// frame for each connector, or stamp whole seconds.
#[derive(Debug, Default)]
pub(in crate::stream) struct Duplicates(HashMap<String, (Timestamp, Vec<Vec<ConnectorReading>>)>);

impl Duplicates {
    /// Whether this very frame was seen just before.
    pub(in crate::stream) fn is_duplicate(&mut self, frame: &TelemetryFrame) -> bool {
        let Some((timestamp, readings)) = self.0.get_mut(&frame.device_id) else {
            let first = (frame.timestamp, vec![frame.connectors.clone()]);
            self.0.insert(frame.device_id.clone(), first);
            return false;
        };
        if *timestamp != frame.timestamp {
            *timestamp = frame.timestamp;
            readings.clear();
        } else if readings.contains(&frame.connectors) {
            return true;
        }
        readings.push(frame.connectors.clone());
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{super::record::frame, *};

    fn read(text: &str) -> serde_json::Result<TelemetryFrame> {
        frame(text, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn only_the_very_same_reading_is_a_duplicate() {
        let one = |power: f64, second: u32| {
            read(&format!(
                r#"{{"device_id":"d","timestamp":"2025-03-15T11:05:{second:02}Z","connectors":[{{"connector_id":1,"power":{power}}}]}}"#
            ))
            .unwrap()
        };
        let mut seen = Duplicates::default();
        assert!(!seen.is_duplicate(&one(1.0, 0)));
        assert!(!seen.is_duplicate(&one(2.0, 0)), "same time, other reading");
        assert!(seen.is_duplicate(&one(1.0, 0)));
        assert!(!seen.is_duplicate(&one(1.0, 1)), "same reading, later");
        assert!(!seen.is_duplicate(&one(1.0, 0)), "out of order is delivered as it is");
    }
}
