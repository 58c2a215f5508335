"""What tests of recordings look at: what was sent, and what has become of it."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds  # type: ignore[import-untyped]

import tellus
from tellus.recording import replay


def sent(sandbox: tellus.Sandbox) -> list[tuple[str, datetime]]:
    """Every frame that the sandbox has sent, on whatever stream: charger and time."""
    url = sandbox.base_url.removesuffix("/v1") + "/_sandbox/frames"
    with urllib.request.urlopen(url) as answer:
        streams = json.load(answer)
    return [
        (device, datetime.fromisoformat(time))
        for stream in streams.get("streams", streams)
        for device, time in stream["frames"]
    ]


def rows(out: Path) -> Any:
    return ds.dataset(out / "telemetry", partitioning="hive").to_table()


def frames(out: Path) -> Counter[tuple[str, datetime, int]]:
    table = rows(out)
    columns = (table.column(name).to_pylist() for name in ("device_id", "timestamp", "connector_id"))
    return Counter(zip(*columns, strict=True))


def unaccounted(out: Path, sandbox: tellus.Sandbox) -> list[tuple[str, datetime]]:
    """What was sent and neither is in the files nor lies in a gap."""
    recorded = {(device, time) for device, time, _ in frames(out)}
    gaps: dict[str, list[dict[str, Any]]] = {}
    for gap in replay(out).gaps().to_pylist():
        gaps.setdefault(gap["device_id"], []).append(gap)

    def in_gap(device: str, time: datetime) -> bool:
        return any(
            (gap["last_timestamp"] is None or time > gap["last_timestamp"])
            and (gap["next_timestamp"] is None or time < gap["next_timestamp"])
            for gap in gaps.get(device, ())
        )

    return [frame for frame in sent(sandbox) if frame not in recorded and not in_gap(*frame)]


def files(out: Path) -> list[Path]:
    return sorted(out.rglob("*.parquet"))
