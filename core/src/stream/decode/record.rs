//! From the text of a message to one frame as a record.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::{ConnectorReading, ConnectorState, FrameSource, TelemetryFrame, lenient};

/// The documented shape. Unknown fields are ignored, since more are announced.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    device_id: Cow<'a, str>,
    #[serde(deserialize_with = "lenient::timestamp")]
    timestamp: Timestamp,
    #[serde(deserialize_with = "lenient::null_as_default")]
    connectors: Vec<WireConnector>,
}

#[derive(Deserialize)]
struct WireConnector {
    #[serde(default, deserialize_with = "lenient::optional_whole")]
    connector_id: Option<u32>,
    #[serde(default)]
    state: Option<ConnectorState>,
    #[serde(default)]
    power: Option<f64>,
    #[serde(default)]
    energy_delivered: Option<f64>,
    #[serde(default)]
    soc: Option<f64>,
    /// Device details call the state so; a platform that mixes them up, or tells both, is understood.
    #[serde(default)]
    status: Option<ConnectorState>,
}

/// Reads one message.
pub(in crate::stream) fn frame(text: &str, received_at: Timestamp) -> serde_json::Result<TelemetryFrame> {
    let wire: Wire<'_> = serde_json::from_str(text)?;
    let connectors = wire.connectors.into_iter().map(|connector| ConnectorReading {
        connector_id: connector.connector_id,
        state: connector.state.or(connector.status),
        power: connector.power,
        energy_delivered: connector.energy_delivered,
        soc: connector.soc,
    });
    Ok(TelemetryFrame {
        device_id: wire.device_id.into_owned(),
        timestamp: wire.timestamp,
        received_at,
        source: FrameSource::Stream,
        connectors: connectors.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> serde_json::Result<TelemetryFrame> {
        frame(text, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_documented_frame_is_read_whole() {
        let text = r#"{"device_id":"dvc_1","timestamp":"2025-03-15T11:05:00Z","connectors":[
            {"connector_id":1,"state":"charging","power":6.9,"energy_delivered":13.1,"soc":58}]}"#;
        let frame = read(text).unwrap();
        assert_eq!(frame.device_id, "dvc_1");
        let reading = &frame.connectors[0];
        assert_eq!(reading.state, Some(ConnectorState::Charging));
        assert_eq!(
            (reading.power, reading.energy_delivered, reading.soc),
            (Some(6.9), Some(13.1), Some(58.0))
        );
    }

    #[test]
    fn other_legal_shapes_are_understood() {
        let text = r#"{"new":{},"connectors":[{"soc":null,"status":"preparing","connector_id":2.0,"power":-7}, {}],
            "timestamp":"2025-03-15T11:05:00.123+00:00","device_id":"d\u0076c"}"#;
        let frame = read(text).unwrap();
        assert_eq!(frame.device_id, "dvc");
        assert_eq!(
            frame.connectors[0].state,
            Some(ConnectorState::Other("preparing".into()))
        );
        assert_eq!(frame.connectors[0].connector_id, Some(2));
        assert_eq!(frame.connectors[0].soc, None);
        assert_eq!(frame.connectors[1].power, None);
        let empty = r#"{"device_id":"d","timestamp":"2025-03-15T11:05:00Z","connectors":[]}"#;
        assert!(read(empty).unwrap().connectors.is_empty());
    }

    #[test]
    fn what_lacks_a_required_field_is_no_frame() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"device_id":"d","connectors":[]}"#,
            r#"{"device_id":"d","timestamp":"now","connectors":[]}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
