"""Sessions one by one."""

from __future__ import annotations

from datetime import timedelta

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.readings import MAX_GAP, Gaps, readings_of, steps_of, within
from tellus.kpi.tables import CONNECTOR, sessions_of
from tellus.kpi.window import HOUR

IDLE_BELOW = 0.1


def sessions(
    records: ArrowStream,
    telemetry: ArrowStream | None = None,
    *,
    idle_below: float = IDLE_BELOW,
    max_gap: timedelta | None = MAX_GAP,
    gaps: Gaps | None = None,
) -> pl.DataFrame:
    """A row for each record, in the records' order.

    Columns: `record_id`, `device_id`, `connector_id`, `start_time`, `end_time` (UTC), `discharge` (whether the vehicle
    gave energy), `energy` (kWh, negative for a discharge), `duration` (h), `mean_power` (kW, energy / duration),
    `peak_power` (kW, the record's own or, where it tells none, the largest that telemetry saw, with its sign), `idle`
    (h in which the vehicle was connected and power stayed below `idle_below` kW) and `observed` (% of the duration that
    telemetry saw).

    `idle` and `observed` are null without telemetry or where none of the session was seen. `idle` is what was seen:
    what was not observed is not counted, so it is a lower bound where `observed` is below 100. Telemetry counts from a
    reading to the next one of its connector; across `gaps`, and across more than `max_gap` (``None``: any time),
    nothing was seen. An open session (no ``end_time``), or one that ends no later than it begins, has neither duration
    nor mean power.
    """
    frame = sessions_of(records)
    length = (pl.col("end_time") - pl.col("start_time")).dt.total_microseconds()
    length = pl.when(length > 0).then(length)
    frame = frame.with_columns(duration=length / HOUR).with_columns(
        mean_power=pl.col("energy") / pl.col("duration"), peak_power="max_power"
    )
    if telemetry is None:
        nothing = pl.lit(None, pl.Float64)
        frame = frame.with_columns(idle=nothing, observed=nothing)
    else:
        frame = _seen(frame, telemetry, steps_of(telemetry, max_gap, gaps), idle_below)
    return frame.select(
        *("record_id", *CONNECTOR, "start_time", "end_time", "discharge", "energy"),
        *("duration", "mean_power", "peak_power", "idle", "observed"),
    )


def spans(sessions: pl.DataFrame) -> pl.DataFrame:
    """Sessions with `begin` and `finish` (µs); an open one ends where it begins, since nothing is known of its end."""
    begin = pl.col("start_time").to_physical()
    finish = pl.max_horizontal(begin, pl.col("end_time").to_physical().fill_null(begin))
    return sessions.with_columns(begin=begin, finish=finish)


def _seen(frame: pl.DataFrame, telemetry: ArrowStream, steps: pl.DataFrame, idle_below: float) -> pl.DataFrame:
    length = pl.col("finish") - pl.col("begin")
    seen = pl.when(pl.col("power").is_not_null()).then(length)
    amounts = {"observed": seen / HOUR, "idle": pl.when(pl.col("power").abs() < idle_below).then(seen) / HOUR}
    frame = within(spans(frame), steps, amounts)
    frame = frame.with_columns(
        idle=pl.when(pl.col("observed") > 0).then("idle"),
        observed=pl.when(pl.col("observed") > 0).then(pl.col("observed") / pl.col("duration") * 100),
    )
    frame = frame.with_row_index("_row")
    peaks = peak_readings(frame, telemetry, "power")
    return frame.join(peaks, on="_row", how="left", maintain_order="left").with_columns(
        peak_power=pl.coalesce("peak_power", "power")
    )


def peak_readings(frame: pl.DataFrame, telemetry: ArrowStream, name: str) -> pl.DataFrame:
    """Of each session (`_row`, `begin`, `finish`), the reading of the largest magnitude after its beginning, up to its
    end.

    Where sessions of a connector overlap, a reading belongs to the one that began last."""
    asked = frame.select("_row", *CONNECTOR, "finish", _from=pl.col("begin") + 1).sort("_from")
    readings = readings_of(telemetry).select(*CONNECTOR, "at", name).drop_nulls().sort("at")
    found = readings.join_asof(asked, left_on="at", right_on="_from", by=CONNECTOR, check_sortedness=False)
    found = found.filter(pl.col("at") <= pl.col("finish"))
    return found.group_by("_row").agg(pl.col(name).get(pl.col(name).abs().arg_max()))
