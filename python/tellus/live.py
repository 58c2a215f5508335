"""The latest reading of each connector, with a sparkline of its power."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Collection

from tellus._screen import Column, number
from tellus._tellus import Batch, ConnectorReading

WIDTH = 14
"""Samples in a sparkline."""


class Live:
    """A table that grows with the telemetry."""

    columns = (
        Column("device"),
        Column("#", right=True),
        Column("state"),
        Column("kW", right=True),
        Column("kWh", right=True),
        Column("SOC %", right=True),
        Column("power"),
    )

    def __init__(self) -> None:
        self._latest: dict[tuple[str, int], ConnectorReading] = {}
        self._power: dict[tuple[str, int], deque[float]] = {}
        self._unobserved: dict[str, str] = {}
        # Asked now: a live display puts something else in the place of standard output.
        self._bars = _bars()

    def add(self, batch: Batch) -> None:
        """Takes in what has arrived."""
        for gap in batch.gaps:
            if gap.closed_at is None:
                self._unobserved[gap.device_id] = gap.cause
            else:
                self._unobserved.pop(gap.device_id, None)
        for frame in batch.frames:
            for reading in frame.connectors:
                key = (frame.device_id, reading.connector_id or 0)
                self._latest[key] = reading
                self._power.setdefault(key, deque(maxlen=WIDTH)).append(reading.power or 0.0)

    @property
    def unobserved(self) -> int:
        """How many devices are not observed at present: what is shown of them is what was last known."""
        return len(self._unobserved)

    def _state(self, device_id: str, reading: ConnectorReading) -> str:
        cause = self._unobserved.get(device_id)
        return reading.state or "–" if cause is None else f"no news ({cause})"

    def rows(self) -> list[list[str]]:
        """One row for each connector."""
        return [
            [
                device_id,
                str(connector_id),
                self._state(device_id, reading),
                number(reading.power, 1),
                number(reading.energy_delivered, 2),
                number(reading.soc, 0),
                sparkline(self._power[device_id, connector_id], self._bars),
            ]
            for (device_id, connector_id), reading in sorted(self._latest.items(), key=lambda item: item[0])
        ]


def sparkline(values: Collection[float], bars: str) -> str:
    """Bars between zero and the largest amount; discharging counts as much as charging."""
    top = max((abs(value) for value in values), default=0.0)
    if not top:
        return bars[0] * len(values)
    return "".join(bars[round(abs(value) / top * (len(bars) - 1))] for value in values)


def _bars() -> str:
    try:
        "▁█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "_.-=#"
    return "▁▂▃▄▅▆▇█"
