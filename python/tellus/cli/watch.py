"""``tellus watch``: telemetry as it comes."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable
from typing import Annotated, Any

import typer

from tellus._screen import number
from tellus._tellus import ConnectorReading, TelemetryFrame
from tellus.cli.guard import client, guarded
from tellus.cli.output import Format, format_of, terminal
from tellus.live import Live
from tellus.stream import FrameIterator


@guarded
def watch(
    context: typer.Context,
    device_ids: Annotated[list[str], typer.Argument(metavar="ID...")],
    seconds: Annotated[float | None, typer.Option(min=0.1, help="For so long. Default: until Ctrl-C.")] = None,
) -> None:
    """Live telemetry of chargers: a table in place, or lines where there is no terminal."""
    deadline = None if seconds is None else time.monotonic() + seconds
    with client() as platform, platform.stream(device_ids) as stream:
        show_frames(stream, format_of(context), deadline, lambda: f"{stream.status}, {stream.stats.frames} frames")


def show_frames(frames: FrameIterator, form: Format, deadline: float | None, title: Callable[[], str]) -> None:
    """Shows frames as they come, in place where there is a terminal."""
    if form is Format.TABLE and sys.stdout.isatty():
        _table(frames, deadline, title)
    else:
        _lines(frames, deadline, _csv() if form is Format.CSV else _json if form is Format.JSON else _plain)


def _table(stream: FrameIterator, deadline: float | None, title: Callable[[], str]) -> None:
    live = Live()
    with terminal().live(live.columns) as show:
        for batch in stream.batches(max_wait=0.5):
            live.add(batch)
            missing = f", {live.unobserved} not observed" if live.unobserved else ""
            show(live.rows(), f"{title()}{missing}. Ctrl-C ends it.")
            if deadline is not None and time.monotonic() >= deadline:
                return


def _lines(stream: FrameIterator, deadline: float | None, write: Callable[[TelemetryFrame], None]) -> None:
    for batch in stream.batches(max_wait=0.5):
        for frame in batch.frames:
            write(frame)
        sys.stdout.flush()
        if deadline is not None and time.monotonic() >= deadline:
            return


def _json(frame: TelemetryFrame) -> None:
    print(json.dumps(frame.to_dict(), default=lambda value: value.isoformat()))


def _plain(frame: TelemetryFrame) -> None:
    for reading in frame.connectors:
        values = f"{number(reading.power, 1)} kW, {number(reading.energy_delivered, 2)} kWh, {number(reading.soc, 0)} %"
        print(f"{frame.timestamp:%H:%M:%S} {frame.device_id} #{reading.connector_id} {reading.state}: {values}")


def _csv() -> Callable[[TelemetryFrame], None]:
    names = ["device_id", "timestamp", "connector_id", "state", "power", "energy_delivered", "soc"]
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()

    def row(frame: TelemetryFrame, reading: ConnectorReading) -> dict[str, Any]:
        return {"device_id": frame.device_id, "timestamp": frame.timestamp.isoformat(), **reading.to_dict()}

    return lambda frame: writer.writerows(row(frame, reading) for reading in frame.connectors)
