//! Values of the interface as the suite writes them.

use std::time::Duration;

use serde_json::{Value, json};
use tellus_core::{
    Batch, ClientStats, DeviceSource, Error, Frames, Gap, KnownDevice, Observed, StatusEvent, StreamStats,
    StreamStatus,
    model::{ConnectorReading, FrameSource, TelemetryFrame},
};

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}

pub(crate) fn error(error: &Error) -> Value {
    json!({
        "kind": error.kind().name(),
        "reason": error.reason(),
        "code": error.code(),
        "http_status": error.http_status(),
        "retryable": error.retryable(),
        "retry_after_ms": error.retry_after().map(millis),
        "details": error.details(),
        "request_id": error.request_id(),
        "attempts": error.attempts(),
    })
}

pub(crate) fn known_device(device: &KnownDevice) -> Value {
    let source = match device.source {
        DeviceSource::Configured => "configured",
        DeviceSource::ChargingRecords => "charging_records",
    };
    json!({ "device_id": device.device_id, "source": source })
}

pub(crate) fn batch(batch: &Batch) -> Value {
    json!({
        "events": batch.events.iter().map(event).collect::<Value>(),
        "gaps": batch.gaps.iter().map(gap).collect::<Value>(),
        "frames": frames(&batch.frames),
    })
}

pub(crate) fn event(event: &StatusEvent) -> Value {
    let retry_in = match &event.status {
        StreamStatus::Waiting { retry_in, .. } => Some(millis(*retry_in)),
        _ => None,
    };
    json!({
        "at": event.at,
        "connection": event.connection,
        "status": event.status.name(),
        "retry_in_ms": retry_in,
        "error": event.status.error().map(error),
    })
}

pub(crate) fn gap(gap: &Gap) -> Value {
    let observed = |moment: &Observed| json!({ "timestamp": moment.timestamp, "received_at": moment.received_at });
    json!({
        "device_id": gap.device_id,
        "cause": gap.cause.name(),
        "opened_at": gap.opened_at,
        "last": gap.last.as_ref().map(observed),
        "next": gap.next.as_ref().map(observed),
        "closed_at": gap.closed_at,
        "dropped": gap.dropped,
        "resynced": gap.resynced,
    })
}

pub(crate) fn frames(frames: &Frames) -> Value {
    frames.into_iter().map(|one| frame(&one)).collect()
}

fn frame(frame: &TelemetryFrame) -> Value {
    let source = match frame.source {
        FrameSource::Stream => "stream",
        FrameSource::Call => "call",
    };
    json!({
        "device_id": frame.device_id,
        "timestamp": frame.timestamp,
        "received_at": frame.received_at,
        "source": source,
        "connectors": frame.connectors.iter().map(reading).collect::<Value>(),
    })
}

fn reading(reading: &ConnectorReading) -> Value {
    json!({
        "connector_id": reading.connector_id,
        "state": reading.state,
        "power": reading.power,
        "energy_delivered": reading.energy_delivered,
        "soc": reading.soc,
    })
}

pub(crate) fn client_stats(stats: &ClientStats) -> Value {
    json!({
        "requests": stats.requests,
        "retries": stats.retries,
        "rate_limited": stats.rate_limited,
        "failures": stats.failures,
        "token_refreshes": stats.token_refreshes,
    })
}

pub(crate) fn stream_stats(stats: &StreamStats) -> Value {
    json!({
        "frames": stats.frames,
        "connections": stats.connections,
        "reconnects": stats.reconnects,
        "dropped": stats.dropped,
        "duplicates": stats.duplicates,
        "malformed": stats.malformed,
        "unusual": stats.unusual,
        "waiting_rows": stats.waiting_rows,
        "open_gaps": stats.open_gaps,
        "forgotten_gaps": stats.forgotten_gaps,
        "listener_failures": stats.listener_failures,
    })
}
