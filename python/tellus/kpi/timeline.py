"""What each connector was doing when, and when that is not known."""

from __future__ import annotations

from datetime import timedelta

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.readings import MAX_GAP, Gaps, readings_of, steps_of
from tellus.kpi.tables import CONNECTOR, keep, places, times
from tellus.kpi.window import Window


def timeline(
    telemetry: ArrowStream,
    window: Window,
    fleet: ArrowStream | None = None,
    *,
    max_gap: timedelta | None = MAX_GAP,
    gaps: Gaps | None = None,
) -> pl.DataFrame:
    """The states of each connector, without a hole from the window's start to its end.

    Columns: `device_id`, `connector_id`, `start`, `end` (local), `state` (null: not observed).

    A state lasts from its reading to the next one of the connector. Not observed is what lies before the first and
    after the last reading in the telemetry, in `gaps`, between readings that are more than `max_gap` apart (``None``:
    never for that reason; chargers that idle may be silent by design), and after a reading without state. The
    connectors are those of the `fleet`, also those never heard of, or else those in the telemetry.
    """
    low, high = window.bounds
    steps = keep(steps_of(telemetry, max_gap, gaps), fleet, None).select(*CONNECTOR, "begin", "finish", "state")
    heard = (
        keep(readings_of(telemetry), fleet, None).group_by(CONNECTOR).agg(pl.col("at").min(), last=pl.col("at").max())
    )
    if fleet is not None:
        heard = places(fleet).select(CONNECTOR).join(heard, on=CONNECTOR, how="left")
    nothing = pl.lit(None, pl.String).alias("state")
    before = heard.select(*CONNECTOR, pl.lit(low).alias("begin"), pl.col("at").fill_null(high).alias("finish"), nothing)
    after = heard.select(
        *CONNECTOR, pl.col("last").fill_null(high).alias("begin"), pl.lit(high).alias("finish"), nothing
    )
    pieces = pl.concat([steps, before, after])
    pieces = pieces.with_columns(pl.col("begin", "finish").clip(low, high)).filter(pl.col("begin") < pl.col("finish"))
    pieces = pieces.sort(*CONNECTOR, "begin")
    changed = pl.col("state").ne_missing(pl.col("state").shift(1)) | pl.col("begin").ne_missing(
        pl.col("finish").shift(1)
    )
    pieces = pieces.with_columns(_run=changed.over(CONNECTOR).cum_sum().over(CONNECTOR))
    runs = pieces.group_by(*CONNECTOR, "_run", maintain_order=True).agg(
        start=pl.col("begin").min(), end=pl.col("finish").max(), state=pl.col("state").first()
    )
    return runs.drop("_run").with_columns(times("start", "end", zone=window.zone))
