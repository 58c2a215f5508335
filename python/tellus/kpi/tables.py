"""Tables as they come in: any source of Arrow data with the columns of this SDK's records or telemetry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.window import Window, refuse

By = Literal["site", "device", "connector"] | None
"""What a figure is told for, one row each; ``None``: for all together."""

KEYS: dict[By, list[str]] = {
    None: [],
    "site": ["site_id"],
    "device": ["device_id"],
    "connector": ["device_id", "connector_id"],
}
CONNECTOR = KEYS["connector"]
TIMES = ("start_time", "end_time", "timestamp", "start", "end", "last_timestamp", "next_timestamp")
"""Columns that hold times."""
NUMBERS = (
    "energy",
    "max_power",
    "avg_power",
    "cost",
    "meter_start",
    "meter_end",
    "power",
    "energy_delivered",
    "rated_power",
    "charge_energy",
    "discharge_energy",
)


def table(rows: ArrowStream, field: str, needed: Iterable[str], others: Iterable[str] = ()) -> pl.DataFrame:
    """The named columns in fixed types; those of `others` that are missing are null. Memory is shared where it can
    be."""
    if isinstance(rows, pl.LazyFrame):
        frame = rows.collect()
    elif isinstance(rows, pl.DataFrame):
        frame = rows
    elif hasattr(rows, "__arrow_c_stream__"):
        frame = pl.DataFrame(rows)
    else:
        raise TypeError(f"{field} must be a table (anything with __arrow_c_stream__), not {type(rows).__name__}")
    if missing := [name for name in needed if name not in frame.columns]:
        raise refuse(field, f"has no column {missing[0]!r}")
    return frame.select(_column(frame.schema, name, field) for name in (*needed, *others))


def _column(schema: pl.Schema, name: str, field: str) -> pl.Expr:
    kind = schema.get(name, pl.Null())
    column = pl.lit(None).alias(name) if name not in schema else pl.col(name)
    if name in TIMES:
        if isinstance(kind, pl.Datetime) and kind.time_zone is None:
            raise refuse(f"{field}.{name}", "has no time zone: give it one, e.g. with dt.replace_time_zone('UTC')")
        if not isinstance(kind, pl.Datetime | pl.Null):
            raise refuse(f"{field}.{name}", f"must hold times, not {kind}")
        return (
            column.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
            if isinstance(kind, pl.Datetime)
            else column.cast(pl.Datetime("us", "UTC"))
        )
    if name in NUMBERS:
        # pandas has no other way to say that a number is missing.
        return column.cast(pl.Float64).fill_nan(None)
    # Codes for ids: what groups, joins and sorts by them then does so by numbers.
    return column.cast({"connector_id": pl.Int64, "device_id": pl.Categorical}.get(name, pl.String))


def sessions_of(records: ArrowStream) -> pl.DataFrame:
    """Charging records, with `energy` signed: negative where the vehicle gave it."""
    frame = table(
        records,
        "records",
        ["device_id", "connector_id", "start_time", "end_time", "energy"],
        ["record_id", "max_power", "avg_power", "cost", "meter_start", "meter_end"],
    )
    if frame["start_time"].has_nulls():
        raise refuse("records.start_time", "must not be null")
    # Not specified: which sign energy has for a discharge. Power is negative then, and a negative cost is revenue.
    power = pl.coalesce(_unless_zero("avg_power"), _unless_zero("max_power"))
    gives = (pl.col("energy") < 0) | (power < 0) | (power.is_null() & (pl.col("cost") < 0))
    frame = frame.with_columns(discharge=gives.fill_null(False))
    magnitude = pl.col("energy").abs()
    return frame.with_columns(energy=pl.when("discharge").then(-magnitude).otherwise(magnitude))


def _unless_zero(name: str) -> pl.Expr:
    return pl.when(pl.col(name) != 0).then(pl.col(name))


def lasting(sessions: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Sessions with `begin` and `finish` in microseconds since 1970. One that ends before it begins is a moment."""
    begin = pl.col("start_time").to_physical()
    finish = pl.col("end_time").to_physical().fill_null(window.open_end)
    return sessions.with_columns(begin=begin, finish=pl.max_horizontal(begin, finish))


def times(*names: str, zone: str = "UTC") -> list[pl.Expr]:
    """Microseconds since 1970 as times of a zone."""
    return [pl.col(name).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone) for name in names]


def places(fleet: ArrowStream) -> pl.DataFrame:
    """A fleet's table, each connector once, with its even part of the charger's `rated_power` as `capacity`."""
    frame = table(fleet, "fleet", CONNECTOR, ["site_id", "rated_power"]).unique(CONNECTOR, maintain_order=True)
    return frame.with_columns(capacity=pl.col("rated_power") / pl.len().over("device_id"))


def keep(frame: pl.DataFrame, fleet: ArrowStream | None, by: By) -> pl.DataFrame:
    """The rows that belong to the fleet, with the columns of the fleet's table; all of them where none is given."""
    check(by, fleet)
    if fleet is None:
        return frame
    return frame.join(places(fleet), on=CONNECTOR, how="inner", maintain_order="left")


def check(by: By, fleet: ArrowStream | None) -> None:
    """Refuses what figures cannot be told for."""
    if by not in KEYS:
        raise refuse("by", f"must be one of {[key for key in KEYS if key]} or None, not {by!r}")
    if by == "site" and fleet is None:
        raise refuse("fleet", "must be given: records do not tell the site")


__all__ = ["CONNECTOR", "KEYS", "By", "check", "keep", "lasting", "places", "sessions_of", "table", "times"]
