"""How much of what is there is used."""

from __future__ import annotations

from datetime import timedelta

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.readings import MAX_GAP, Gaps, steps_of
from tellus.kpi.sessions import IDLE_BELOW
from tellus.kpi.spread import buckets, split, union, union_of_groups
from tellus.kpi.sums import Sums
from tellus.kpi.tables import CONNECTOR, KEYS, By, check, keep, lasting, places, sessions_of
from tellus.kpi.window import HOUR, Window


def utilisation(
    records: ArrowStream,
    window: Window,
    fleet: ArrowStream,
    telemetry: ArrowStream | None = None,
    by: By = None,
    *,
    idle_below: float = IDLE_BELOW,
    max_gap: timedelta | None = MAX_GAP,
    gaps: Gaps | None = None,
) -> pl.DataFrame:
    """How much of the connectors' time and power was used, in one row or in one for each of `by`.

    Columns: those of `by`, `connectors`, `hours` (connectors x window), `occupied_hours`, `occupied` (%),
    `observed_hours`, `charging_hours`, `charging` (%), `throughput` (kWh, charged + discharged), `capacity_factor` (%).

    `occupied`: share of connector-time with a session, from records; time that two records claim counts once.
    `charging`: share of the *observed* connector-time in which power, in either direction, was at least `idle_below`
    kW; from telemetry, null without it or where nothing was seen (see :func:`sessions` for `max_gap` and `gaps`).
    `capacity_factor`: throughput over what the connectors could have moved at rated power; null where the rating of a
    charger is not known, and above 100 for a connector that draws on its neighbour's part. Connectors of the `fleet`
    without sessions count; sessions at others do not. Sessions are cut to the window; those without an end last until
    its ``open_until``.
    """
    keys = KEYS[by]
    connectors = places(fleet)
    edges = window.marks(None)
    check(by, fleet)
    moved = Sums(records, window, None, "connector", fleet)
    taken = union_of_groups(moved.sessions.select("group", pl.col("begin", "finish").clip(*window.bounds)))
    taken = taken.group_by("group").agg(occupied_hours=_hours().sum())
    used = moved.grid.with_columns(throughput=moved.spread(pl.col("energy").abs())).with_row_index("group")
    used = used.join(taken, on="group", how="left").select(*CONNECTOR, "throughput", "occupied_hours")
    seen = connectors.select(*CONNECTOR, observed_hours=pl.lit(0.0), charging_hours=pl.lit(0.0))
    if telemetry is not None:
        steps = steps_of(telemetry, max_gap, gaps).filter(pl.col("power").is_not_null())
        seen = (
            split(steps, edges)
            .group_by(CONNECTOR)
            .agg(
                observed_hours=_hours().sum(), charging_hours=_hours().filter(pl.col("power").abs() >= idle_below).sum()
            )
        )
    for table in (used, seen):
        connectors = connectors.join(table, on=CONNECTOR, how="left", maintain_order="left")
    hours = pl.len() * window.hours
    sums = [pl.col(name).sum() for name in ("occupied_hours", "observed_hours", "charging_hours", "throughput")]
    # A sum passes over what is not known; one unknown rating makes the whole unknown.
    capacity = pl.when(pl.col("capacity").has_nulls().not_()).then(pl.col("capacity").sum() * window.hours)
    totals = [pl.len().cast(pl.Int64).alias("connectors"), hours.alias("hours"), *sums, capacity]
    told = connectors.group_by(keys).agg(totals).sort(keys) if keys else connectors.select(totals)
    names = ["connectors", "hours", "occupied_hours", "observed_hours", "charging_hours", "throughput"]
    shares = [
        _percent("occupied", "occupied_hours", "hours"),
        _percent("charging", "charging_hours", "observed_hours"),
        _percent("capacity_factor", "throughput", "capacity"),
    ]
    return told.select(*keys, *names, *shares)


def occupancy(records: ArrowStream, window: Window, fleet: ArrowStream) -> pl.DataFrame:
    """Occupied share by local weekday and hour of the day, for a heat map: 7 x 24 rows.

    Columns: `weekday` (1: Monday), `hour` (0-23), `hours` (connector-hours of the window that fall there),
    `occupied_hours`, `occupied` (%; null where the window has no such hour). Definitions as for :func:`utilisation`. In
    the hour that clocks skip there is less time, in the one that they repeat there is more.
    """
    connectors = places(fleet)
    edges = window.marks("hour")
    whole = lasting(keep(sessions_of(records), fleet, None), window).select(*CONNECTOR, "begin", "finish")
    whole = split(whole, window.marks(None))
    parts = split(union(whole), edges)
    taken = parts.group_by("bucket").agg(occupied_hours=_hours().sum())
    there = buckets(edges, window.zone).join(taken, on="bucket", how="left")
    there = there.group_by(
        weekday=pl.col("time").dt.weekday().cast(pl.Int64), hour=pl.col("time").dt.hour().cast(pl.Int64)
    ).agg(pl.col("hours").sum() * connectors.height, pl.col("occupied_hours").sum())
    week = pl.DataFrame({"weekday": range(1, 8)}, schema={"weekday": pl.Int64})
    week = week.join(pl.DataFrame({"hour": range(24)}, schema={"hour": pl.Int64}), how="cross")
    found = week.join(there, on=["weekday", "hour"], how="left", maintain_order="left")
    found = found.with_columns(pl.col("hours", "occupied_hours").fill_null(0.0))
    return found.with_columns(_percent("occupied", "occupied_hours", "hours"))


def _hours() -> pl.Expr:
    return (pl.col("finish") - pl.col("begin")) / HOUR


def _percent(name: str, part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole) * 100).alias(name)
