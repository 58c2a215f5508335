//! Frames as the switches want them.

use serde_json::{Value, json};

use super::dress::{dress_connectors, rewrite};
use super::{FrameState, Frames, IdleFrames, OfflineFrames, Quirks, UnknownFields};
use crate::faults::mutate;
use crate::fleet::Frame;

/// The texts that go over the stream for a frame: usually one.
pub(crate) fn texts(quirks: &Quirks, frame: &Frame) -> Vec<String> {
    if is_withheld(quirks, frame) {
        return Vec::new();
    }
    if *quirks == Quirks::default() {
        return serde_json::to_string(frame).into_iter().collect();
    }
    let Ok(mut value) = serde_json::to_value(frame) else {
        return Vec::new();
    };
    let name = match quirks.frame_state {
        FrameState::State => "state",
        FrameState::Status => "status",
    };
    dress_connectors(quirks, &mut value["connectors"], ("state", name));
    rewrite(quirks, &mut value);
    let mut frames = split(quirks, value);
    if quirks.unknown_fields == UnknownFields::Present {
        frames.iter_mut().for_each(mutate::unknown_fields);
    }
    frames.iter().map(Value::to_string).collect()
}

fn is_withheld(quirks: &Quirks, frame: &Frame) -> bool {
    let all = |state: &str| frame.connectors.iter().all(|connector| connector.state == state);
    (quirks.idle_frames == IdleFrames::Withheld && all("idle"))
        || (quirks.offline_frames == OfflineFrames::Withheld && all("unavailable"))
}

fn split(quirks: &Quirks, frame: Value) -> Vec<Value> {
    let connectors = match (quirks.frames, frame["connectors"].as_array()) {
        (Frames::PerConnector, Some(connectors)) => connectors.clone(),
        _ => return vec![frame],
    };
    let alone = |connector: Value| {
        let mut one = frame.clone();
        one["connectors"] = json!([connector]);
        one
    };
    connectors.into_iter().map(alone).collect()
}
