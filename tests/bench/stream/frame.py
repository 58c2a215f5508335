"""A frame as a program would declare it for msgspec: never part of a cycle, so the garbage collector need not look."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Connector(msgspec.Struct, gc=False):
    connector_id: int | None = None
    state: str | None = None
    power: float | None = None
    energy_delivered: float | None = None
    soc: float | None = None


class Frame(msgspec.Struct, gc=False):
    """With the timestamp as a moment, for those who look at frames one by one."""

    device_id: str
    timestamp: datetime
    connectors: list[Connector]


class Row(msgspec.Struct, gc=False):
    """With the timestamp as text: pyarrow reads a whole column of them faster than msgspec reads one at a time."""

    device_id: str
    timestamp: str
    connectors: list[Connector]
