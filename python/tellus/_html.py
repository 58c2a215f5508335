"""Small tables for notebooks: the first rows, with units, and everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import islice
from typing import Any, cast

from tellus._tellus import Batch, EnergySeries, Page

MOST_ROWS = 10
UNITS = {
    "power": "kW",
    "max_power": "kW",
    "avg_power": "kW",
    "power_capacity": "kW",
    "energy": "kWh",
    "energy_delivered": "kWh",
    "charge_energy": "kWh",
    "discharge_energy": "kWh",
    "meter_start": "kWh",
    "meter_end": "kWh",
    "voltage": "V",
    "current": "A",
    "temperature": "°C",
    "soc": "%",
}


def rows(table: Any) -> str:
    """The first rows of a batch, a series, a page or gaps."""
    if isinstance(table, Batch):
        count = sum(len(frame.connectors) for frame in table.frames)
        return _table(_readings(table), f"{count} readings in {len(table)} frames")
    items: Sequence[Any] = table.points if isinstance(table, EnergySeries) else table
    kind = "entries" if isinstance(table, Page) else "rows"
    return _table((item.to_dict() for item in items), f"{len(items)} {kind}")


def device(device: Any) -> str:
    """A charger and its connectors."""
    told = device.to_dict()
    connectors = told.pop("connectors")
    about = ", ".join(f"{name.replace('_', ' ')} {_text(value)}" for name, value in told.items() if value is not None)
    return _table(connectors, about)


def _readings(batch: Batch) -> Iterable[dict[str, Any]]:
    for frame in batch.frames:
        for reading in frame.connectors:
            yield {"device_id": frame.device_id, "timestamp": frame.timestamp, **reading.to_dict()}


def _table(items: Iterable[Mapping[str, Any]], caption: str) -> str:
    shown = list(islice(items, MOST_ROWS))
    head = "".join(f"<th>{escape(_title(name))}</th>" for name in (shown[0] if shown else ()))
    body = "".join(f"<tr>{''.join(f'<td>{escape(_text(value))}</td>' for value in row.values())}</tr>" for row in shown)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _title(name: str) -> str:
    return f"{name} ({UNITS[name]})" if name in UNITS else name


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_text(part)}" for name, part in cast("Mapping[str, object]", value).items())
    return str(value)
