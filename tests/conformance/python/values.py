"""Values of the interface as the suite writes them."""

from __future__ import annotations

import datetime
from typing import Any

import tellus


def plain(value: Any) -> Any:
    """A value as JSON."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, tellus.Batch):
        return {"events": plain(value.events), "gaps": plain(value.gaps), "frames": plain(value.frames)}
    if isinstance(value, tellus.StatusEvent):
        return event(value)
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tellus.Gaps):
        return [plain(inner) for inner in value]
    return value


def event(event: tellus.StatusEvent) -> dict[str, Any]:
    return {
        "at": plain(event.at),
        "connection": event.connection,
        "status": event.status,
        "retry_in_ms": millis(event.retry_in),
        "error": None if event.error is None else error(event.error),
    }


def error(error: tellus.TellusError) -> dict[str, Any]:
    return {
        "kind": error.kind,
        "reason": error.reason,
        "code": error.code,
        "http_status": error.http_status,
        "retryable": error.retryable,
        "retry_after_ms": millis(error.retry_after),
        "details": error.details,
        "request_id": error.request_id,
        "attempts": error.attempts,
    }


def millis(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
