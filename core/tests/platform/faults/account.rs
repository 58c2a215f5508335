//! Holds what a stream delivered against what the platform sent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tellus_core::{
    Gap,
    model::{FrameSource, TelemetryFrame},
};
use tellus_sandbox::Sandbox;

/// What these platforms sent of these devices: times in ms.
pub(super) fn sent(sandboxes: &[&Sandbox], devices: &[String]) -> BTreeSet<(String, i64)> {
    let mut all = BTreeSet::new();
    for sandbox in sandboxes {
        let ids = sandbox.device_ids();
        let frames = sandbox.frames_sent().into_iter().flat_map(|sent| sent.frames);
        all.extend(frames.map(|frame| (ids[frame.device as usize].clone(), frame.millis)));
    }
    all.retain(|(device, _)| devices.contains(device));
    all
}

/// Every frame that was sent was delivered or lies strictly within a gap; nothing was delivered that was not sent, and
/// nothing twice; a gap lies between two frames that were delivered one after the other. `merged`: a gap may stand for
/// several that followed one another.
pub(super) fn verify(sent: &BTreeSet<(String, i64)>, frames: &[TelemetryFrame], gaps: &[Gap], merged: bool) {
    assert!(!sent.is_empty() || frames.is_empty());
    let key = |frame: &TelemetryFrame| (frame.device_id.clone(), frame.timestamp.as_millisecond());
    let streamed: Vec<_> = frames
        .iter()
        .filter(|frame| frame.source == FrameSource::Stream)
        .map(key)
        .collect();
    let delivered: BTreeSet<_> = streamed.iter().cloned().collect();
    assert_eq!(delivered.len(), streamed.len(), "something was delivered twice");
    let made_up: Vec<_> = delivered.difference(sent).collect();
    assert!(made_up.is_empty(), "delivered, and never sent: {made_up:?}");
    for (device, millis) in sent.difference(&delivered) {
        let at = Timestamp::from_millisecond(*millis).unwrap();
        let covers = |gap: &&Gap| {
            let after = gap.last.is_none_or(|last| last.timestamp < at);
            gap.device_id == *device && after && gap.next.is_none_or(|next| at < next.timestamp)
        };
        assert!(
            gaps.iter().any(|gap| covers(&gap)),
            "{device} {at} is neither delivered nor in a gap: {gaps:?}"
        );
    }
    if merged {
        return;
    }
    let mut sequences: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    for frame in frames {
        sequences.entry(&frame.device_id).or_default().push(frame.timestamp);
    }
    for gap in gaps {
        let sequence = sequences.get(gap.device_id.as_str()).map_or(&[][..], Vec::as_slice);
        let (last, next) = (gap.last.map(|seen| seen.timestamp), gap.next.map(|seen| seen.timestamp));
        let before = std::iter::once(None).chain(sequence.iter().copied().map(Some));
        let after = sequence.iter().copied().map(Some).chain(std::iter::once(None));
        let mut neighbours = before.zip(after);
        assert!(
            neighbours.any(|pair| pair == (last, next)),
            "frames lie within a gap: {gap:?}"
        );
    }
}
