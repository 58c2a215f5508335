"""Energy over time and place, and what V2G gave back."""

from __future__ import annotations

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.sums import Sums
from tellus.kpi.tables import By
from tellus.kpi.window import HOUR, Every, Window


def energy(
    records: ArrowStream,
    window: Window,
    every: Every | None = "day",
    by: By = None,
    fleet: ArrowStream | None = None,
) -> pl.DataFrame:
    """Energy of sessions in each bucket of the window's local calendar; ``every=None``: of the window as a whole.

    Columns: `time` (local beginning of the bucket), those of `by`, `hours` (length of the bucket), `charged`,
    `discharged` (both kWh and not negative), `net` (charged - discharged, kWh), `sessions` (those that begin in it) and
    `unmetered` (sessions in it whose energy is not told: they count as nothing).

    Definition: a session's energy is spread evenly over its duration; the platform does not tell how it lies in
    time. So sums over any partition of time or place are the same. Days on which clocks change have 23 or 25 hours.
    A session without an end is spread until the window's ``open_until``; one without duration belongs to the bucket it
    begins in. Buckets without sessions are there with 0. With a `fleet` (see :func:`fleet`) only its connectors count;
    ``by="site"`` needs one.

    Source: ``energy``, and its sign from ``avg_power``, ``max_power`` or ``cost``: the platform does not say which
    sign a discharge's energy has, but power is negative then, and so is cost.
    """
    sums = Sums(records, window, every, by, fleet)
    charged = sums.spread(pl.col("energy").clip(lower_bound=0))
    discharged = sums.spread((-pl.col("energy")).clip(lower_bound=0))
    return sums.grid.with_columns(
        charged=charged,
        discharged=discharged,
        net=charged - discharged,
        sessions=sums.begun(),
        unmetered=sums.touched(pl.col("energy").is_null()),
    )


def v2g(
    records: ArrowStream,
    window: Window,
    every: Every | None = None,
    by: By = None,
    fleet: ArrowStream | None = None,
) -> pl.DataFrame:
    """What vehicles gave back, and what it was worth.

    Columns: `time`, those of `by`, `hours`, `sessions` (discharges that begin in the bucket), `exported` (kWh),
    `discharge_hours` (connector-hours), `revenue` and `cost` of discharges (in the platform's currency, which it does
    not name; both not negative), `unpriced` (discharges in it without a cost: their revenue is not known).

    Definition: a session is a discharge if its energy or its power is negative, or, where no power is told, its cost.
    A negative cost is revenue. A discharge for which the operator pays has a cost instead. Energy, time and money are
    spread evenly over the session, as in :func:`energy`, with the same edge cases.
    """
    sums = Sums(records, window, every, by, fleet)
    discharge = pl.col("discharge")
    hours = (pl.col("finish") - pl.col("begin")) / HOUR
    return sums.grid.with_columns(
        sessions=sums.begun(discharge),
        exported=sums.spread(pl.when(discharge).then(pl.col("energy").abs())),
        discharge_hours=sums.spread(pl.when(discharge).then(hours)),
        revenue=sums.spread(pl.when(discharge).then((-pl.col("cost")).clip(lower_bound=0))),
        cost=sums.spread(pl.when(discharge).then(pl.col("cost").clip(lower_bound=0))),
        unpriced=sums.touched(discharge & pl.col("cost").is_null()),
    )
