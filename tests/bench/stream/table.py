"""A table of frames, filled as a program would that has its frames one at a time: lists, and one table at the end."""

from __future__ import annotations

import pyarrow as pa

SCHEMA = {
    "connector_id": pa.uint32(),
    "state": pa.string(),
    "power": pa.float64(),
    "energy_delivered": pa.float64(),
    "soc": pa.float64(),
}


class Lists:
    """One list for each column."""

    def __init__(self) -> None:
        self.device_id: list[str] = []
        self.timestamp: list[str] = []
        self.connector_id: list[int | None] = []
        self.state: list[str | None] = []
        self.power: list[float | None] = []
        self.energy_delivered: list[float | None] = []
        self.soc: list[float | None] = []

    def table(self) -> pa.Table:
        columns = {name: pa.array(getattr(self, name), kind) for name, kind in SCHEMA.items()}
        timestamp = pa.array(self.timestamp, pa.string()).cast(pa.timestamp("us", "UTC"))
        return pa.table({"device_id": pa.array(self.device_id, pa.string()), "timestamp": timestamp, **columns})
