"""How many at once, and how much power when."""

from __future__ import annotations

from datetime import timedelta

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.energy import energy
from tellus.kpi.readings import MAX_GAP, Gaps, readings_of, steps_of
from tellus.kpi.spread import buckets, split
from tellus.kpi.tables import CONNECTOR, keep, lasting, places, sessions_of, times
from tellus.kpi.window import HOUR, Every, Window, refuse

QUARTER = timedelta(minutes=15)


def concurrency(records: ArrowStream, window: Window, fleet: ArrowStream | None = None) -> pl.DataFrame:
    """How many sessions run at the same time, as steps that cover the window: `start`, `end` (local), `running`.

    Definition: a session runs from its ``start_time`` (included) to its ``end_time`` (not included), so sessions that
    only touch are never two. The sum of running x length is the sum of the sessions' durations in the window. Sessions
    without an end run until the window's ``open_until``; those without duration never run. Source: records; what the
    platform has no record of is not counted. Without sessions, one step with 0.
    """
    low, high = window.bounds
    frame = lasting(keep(sessions_of(records), fleet, None), window)
    begin, finish = (pl.col(name).clip(low, high) for name in ("begin", "finish"))
    frame = frame.select(begin=begin, finish=finish).filter(pl.col("begin") < pl.col("finish"))
    # A moment and what happens then in one number, so that there is one column to sort.
    changes = pl.concat([frame["begin"] * 2 + 1, frame["finish"].alias("begin") * 2]).sort().alias("change")
    steps = changes.to_frame().select(start=pl.col("change") // 2, change=pl.col("change") % 2 * 2 - 1)
    steps = steps.select("start", running=pl.col("change").cum_sum())
    ends = pl.DataFrame({"start": [low, high], "running": [0, 0]}, schema=steps.schema)
    # Of all that happens at a moment, what comes out of it counts.
    steps = pl.concat([ends.head(1), steps, ends.tail(1)])
    steps = steps.filter((pl.col("start") != pl.col("start").shift(-1)).fill_null(True))
    # Where one ends and another begins at the same moment, nothing changes.
    steps = steps.filter((pl.col("running") != pl.col("running").shift(1)).fill_null(True) | (pl.col("start") == high))
    steps = steps.select("start", pl.col("start").shift(-1).alias("end"), "running").head(-1)
    return steps.with_columns(times("start", "end", zone=window.zone))


def load_curve(
    records: ArrowStream, window: Window, every: Every = QUARTER, fleet: ArrowStream | None = None
) -> pl.DataFrame:
    """Mean power over time, from records: `time` (local), `hours`, `charging`, `discharging`, `net` (kW).

    Definition: the energy of a bucket (see :func:`energy`, with its edge cases) over its length. Since a session's
    energy is spread evenly, short peaks are flattened: :func:`measured_load` shows them, where there is telemetry.
    """
    curve = energy(records, window, every, fleet=fleet)
    kw = {"charging": "charged", "discharging": "discharged", "net": "net"}
    powers = {power: pl.col(amount) / pl.col("hours") for power, amount in kw.items()}
    return curve.select("time", "hours", **powers)


def measured_load(
    telemetry: ArrowStream,
    window: Window,
    every: Every = QUARTER,
    fleet: ArrowStream | None = None,
    *,
    max_gap: timedelta | None = MAX_GAP,
    gaps: Gaps | None = None,
) -> pl.DataFrame:
    """Mean power over time, from telemetry: `time` (local), `hours`, `charging`, `discharging`, `net` (kW), `observed`
        (%).

    Definition: the integral of power (straight lines between readings) over the bucket's length. `observed` is the
    share of connector-time that was seen, of the `fleet`'s connectors or else of those in the telemetry. Where it is 0
    the powers are null; below 100 they are what was seen, hence too small.
    """
    edges = window.marks(every)
    # A connector of which there is but one reading counts, too, though it has no step.
    connectors = readings_of(telemetry) if fleet is None else places(fleet)
    count = connectors.select(CONNECTOR).n_unique()
    steps = keep(steps_of(telemetry, max_gap, gaps), fleet, None)
    parts = split(steps.filter(pl.col("power").is_not_null()), edges)
    part = pl.col("energy") * pl.col("share")
    sums = parts.group_by("bucket").agg(
        charging=part.filter(pl.col("energy") > 0).sum(),
        discharging=-part.filter(pl.col("energy") < 0).sum() + 0.0,
        net=part.sum(),
        observed=(pl.col("finish") - pl.col("begin")).sum() / HOUR,
    )
    curve = buckets(edges, window.zone).join(sums, on="bucket", how="left", maintain_order="left")
    powers = [pl.col(name) / pl.col("hours") for name in ("charging", "discharging", "net")]
    seen = pl.col("observed").fill_null(0) / (pl.col("hours") * max(count, 1)) * 100
    return curve.select("time", "hours", *powers, observed=seen)


def load_duration_curve(load: pl.DataFrame, power: str = "net") -> pl.DataFrame:
    """A load curve in falling order: `power` (kW), `hours` and `share` (%): for how long power was at least that.

    `load` comes from :func:`load_curve` or :func:`measured_load`, `power` names its column. Buckets count by their
    length; those whose power is not known are left out, and the share is of the others.
    """
    if power not in load.columns:
        raise refuse("power", f"names no column of the load curve: {power!r}")
    curve = load.select("hours", power=power).drop_nulls().sort("power", descending=True)
    curve = curve.select("power", pl.col("hours").cum_sum())
    return curve.with_columns(share=pl.col("hours") / pl.col("hours").max() * 100)
