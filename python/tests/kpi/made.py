"""Tables for tests of figures, made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import settings

# A busy machine is slow, which is no failure; and what one run found does not stay behind for the next.
settings.register_profile("tellus", deadline=None, max_examples=50, database=None)
settings.load_profile("tellus")

TIME = pl.Datetime("us", "UTC")
RECORDS: dict[str, Any] = {
    "record_id": pl.String,
    "device_id": pl.String,
    "connector_id": pl.UInt32,
    "start_time": TIME,
    "end_time": TIME,
    "energy": pl.Float64,
    "max_power": pl.Float64,
    "avg_power": pl.Float64,
    "cost": pl.Float64,
    "meter_start": pl.Float64,
    "meter_end": pl.Float64,
}
TELEMETRY: dict[str, Any] = {
    "device_id": pl.Categorical,
    "timestamp": TIME,
    "received_at": TIME,
    "connector_id": pl.UInt32,
    "state": pl.Categorical,
    "power": pl.Float64,
    "energy_delivered": pl.Float64,
    "soc": pl.Float64,
}
FLEET: dict[str, Any] = {
    "device_id": pl.String,
    "connector_id": pl.Int64,
    "site_id": pl.String,
    "rated_power": pl.Float64,
}


def at(text: str) -> datetime:
    """``03-29 01:00`` of 2026, in UTC."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def record(start: str, end: str | None, energy: float = 10.0, **others: Any) -> dict[str, Any]:
    times = {"start_time": at(start), "end_time": end and at(end)}
    return {"device_id": "a", "connector_id": 1, "energy": energy, **times, **others}


def records(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"record_id": f"r{number}", **row} for number, row in enumerate(rows)], schema=RECORDS, orient="row"
    )


def readings(
    start: str, powers: Iterable[float | None], every: timedelta = timedelta(minutes=1), **others: Any
) -> pl.DataFrame:
    """A reading at `start` and each `every`: charging, discharging or idle by its power."""
    rows = [
        {
            "device_id": "a",
            "connector_id": 1,
            "timestamp": at(start) + index * every,
            "state": "idle" if not power else "charging" if power > 0 else "discharging",
            "power": power,
            **others,
        }
        for index, power in enumerate(powers)
    ]
    return pl.DataFrame(rows, schema=TELEMETRY, orient="row")


def fleet(*connectors: tuple[str, int, str | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(list(connectors), schema=FLEET, orient="row")
