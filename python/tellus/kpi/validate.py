"""Records that look odd."""

from __future__ import annotations

from typing import NamedTuple

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.tables import CONNECTOR, places, sessions_of
from tellus.kpi.window import HOUR

SHORTEST = 1 / 60
LONGEST = 48.0
LEAST = 0.5
MOST = 250.0
ROUNDING = 1e-4
"""By so much a computed mean power may be above the rating: the energy that it comes from is told in so many digits."""


class Check(NamedTuple):
    """When to warn: if the value is on the wrong side of the limit."""

    warning: str
    value: pl.Expr
    limit: pl.Expr
    unit: str
    over: bool


def validate(records: ArrowStream, fleet: ArrowStream | None = None) -> pl.DataFrame:
    """What looks odd about records; never an error, since even the platform's own examples contradict themselves.

    Columns: `record_id`, `device_id`, `connector_id`, `warning`, `value`, `limit`, `unit`; a row for each warning, none
    if nothing looks odd. The warnings:

    - ``short``, ``long``: a duration under 1 min or over 48 h; open sessions are not judged
    - ``backwards``: it ends before it begins (then also ``short``); the value is the duration, in h
    - ``little``, ``much``: energy, of either sign, under 0.5 or over 250 kWh; that of open sessions only for too
      much
    - ``power``: mean power, told or computed from energy and duration, above the charger's rating, which the
      `fleet` names
    - ``peak``: peak power above it
    - ``duplicate``: a record id that was there before; the value is how often it is there

    A limit itself is not odd, nor is a computed power that is above it by rounding. What is null is not judged.
    """
    frame = sessions_of(records)
    hours = (pl.col("end_time") - pl.col("start_time")).dt.total_microseconds() / HOUR
    rated = pl.lit(None, pl.Float64)
    if fleet is not None:
        ratings = places(fleet).select(*CONNECTOR, "rated_power")
        frame = frame.join(ratings, on=CONNECTOR, how="left", maintain_order="left")
        rated = pl.col("rated_power")
    magnitude = pl.col("energy").abs()
    exact = pl.when(hours > 0).then(magnitude / hours)
    computed = pl.when(exact <= rated * (1 + ROUNDING)).then(pl.min_horizontal(exact, rated)).otherwise(exact)
    mean = pl.max_horizontal(pl.col("avg_power").abs(), computed)
    closed = pl.col("end_time").is_not_null()
    again = pl.col("record_id").is_not_null() & ~pl.col("record_id").is_first_distinct()
    checks = [
        Check("short", hours, pl.lit(SHORTEST), "h", over=False),
        Check("long", hours, pl.lit(LONGEST), "h", over=True),
        Check("backwards", hours, pl.lit(0.0), "h", over=False),
        Check("little", pl.when(closed).then(magnitude), pl.lit(LEAST), "kWh", over=False),
        Check("much", magnitude, pl.lit(MOST), "kWh", over=True),
        Check("power", mean, rated, "kW", over=True),
        Check("peak", pl.col("max_power").abs(), rated, "kW", over=True),
        Check(
            "duplicate", pl.when(again).then(pl.len().over("record_id").cast(pl.Float64)), pl.lit(1.0), "", over=True
        ),
    ]
    found = [
        frame.with_row_index("_row")
        .select(
            *("_row", "record_id", *CONNECTOR),
            warning=pl.lit(check.warning),
            value=check.value,
            limit=check.limit,
            unit=pl.lit(check.unit),
        )
        .filter(pl.col("value") > pl.col("limit") if check.over else pl.col("value") < pl.col("limit"))
        for check in checks
    ]
    return pl.concat(found).sort("_row", maintain_order=True).drop("_row")
