"""Tables for tests of figures and pictures, made by hand or drawn at random."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st

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


START = datetime(2026, 3, 27, tzinfo=UTC)
Drawn = list[tuple[int, int, float, str, bool]]
SESSIONS: st.SearchStrategy[Drawn] = st.lists(
    st.tuples(
        st.integers(-5_000, 10_000),
        st.integers(-60, 3_000),
        st.floats(-300, 300),
        st.sampled_from("abc"),
        st.booleans(),
    ),
    max_size=30,
)


def many(drawn: Drawn) -> pl.DataFrame:
    """Records of any length and order, some open, some that end before they begin."""
    rows = [
        {
            "device_id": device,
            "connector_id": 1,
            "start_time": START + timedelta(minutes=start),
            "end_time": None if is_open else START + timedelta(minutes=start + length),
            "energy": energy,
        }
        for start, length, energy, device, is_open in drawn
    ]
    return records(*rows)
