"""Telemetry as time: from one reading to the next, with what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus._tellus import Gap
from tellus.kpi.tables import CONNECTOR, table
from tellus.kpi.window import HOUR, MICROSECOND, refuse

Gaps = ArrowStream | Sequence[Gap]
"""What ``stream.gaps()`` returns, or a table with device_id, start and end (null: from ever, or for ever)."""

MAX_GAP = timedelta(minutes=1)
EVER = 2**62


def readings_of(telemetry: ArrowStream) -> pl.DataFrame:
    """Readings in the order of their time, each moment once (the last one told), without those of no connector."""
    frame = table(telemetry, "telemetry", ["timestamp", *CONNECTOR], ["state", "power", "energy_delivered"])
    frame = frame.drop_nulls(["timestamp", *CONNECTOR]).unique([*CONNECTOR, "timestamp"], keep="last")
    return frame.sort(*CONNECTOR, "timestamp").with_columns(at=pl.col("timestamp").to_physical())


def steps_of(telemetry: ArrowStream, max_gap: timedelta | None, gaps: Gaps | None) -> pl.DataFrame:
    """From each reading of a connector to its next one: `begin`, `finish` (µs), `state` at its beginning, mean `power`
    and `energy` of the step. All three are null where it was not observed: across a gap, and across more than
    `max_gap`.
    """
    if max_gap is not None and max_gap <= timedelta(0):
        raise refuse("max_gap", "must be longer than nothing")
    ahead = [pl.col(name).shift(-1).over(CONNECTOR) for name in ("at", "power")]
    steps = readings_of(telemetry).select(*CONNECTOR, "state", "power", begin="at", finish=ahead[0], _next=ahead[1])
    steps = steps.filter(pl.col("finish").is_not_null())
    length = pl.col("finish") - pl.col("begin")
    seen = pl.lit(True) if max_gap is None else length <= max_gap // MICROSECOND
    if gaps is not None:
        steps = steps.sort("begin").join_asof(
            _gaps(gaps), left_on="finish", right_on="_from", by="device_id", check_sortedness=False
        )
        # A gap begins before the step's end; the step lies clear of it if all such gaps ended before its beginning.
        seen = seen & (pl.col("_to").is_null() | (pl.col("_to") <= pl.col("begin")))
    power = (pl.col("power") + pl.col("_next")) / 2
    steps = steps.with_columns(state=pl.when(seen).then("state"), power=pl.when(seen).then(power))
    steps = steps.with_columns(energy=pl.col("power") * length / HOUR)
    return steps.select(*CONNECTOR, "begin", "finish", "state", "power", "energy").sort(*CONNECTOR, "begin")


def _gaps(gaps: Gaps) -> pl.DataFrame:
    """Gaps by their beginning, each with the latest end of those that began no later."""
    if isinstance(gaps, Sequence):
        rows = [(gap.device_id, gap.last and gap.last.timestamp, gap.next and gap.next.timestamp) for gap in gaps]
        when = pl.Datetime("us", "UTC")
        frame = pl.DataFrame(
            rows, schema={"device_id": pl.Categorical, "last_timestamp": when, "next_timestamp": when}, orient="row"
        )
    else:
        frame = table(gaps, "gaps", ["device_id", "last_timestamp", "next_timestamp"])
    # A step that ends exactly where a gap begins is clear of it: hence the microsecond.
    begin = pl.col("last_timestamp").to_physical().fill_null(-EVER) + 1
    frame = frame.select("device_id", _from=begin, _to=pl.col("next_timestamp").to_physical().fill_null(EVER)).sort(
        "_from"
    )
    return frame.with_columns(pl.col("_to").cum_max().over("device_id"))


def within(spans: pl.DataFrame, pieces: pl.DataFrame, amounts: dict[str, pl.Expr]) -> pl.DataFrame:
    """Spans (`begin`, `finish`) with what lies in them of the pieces of the same connector, which must not overlap.

    An amount is spread evenly over its piece. Spans may overlap: each is the difference of two running totals.
    """
    names = list(amounts)
    pieces = pieces.select(*CONNECTOR, _begin="begin", _finish="finish", **amounts).sort("_begin")
    totals = [pl.col(name).fill_null(0).cum_sum().over(CONNECTOR).alias(f"{name}_total") for name in names]
    pieces = pieces.with_columns(pl.col(names).fill_null(0), *totals)
    ends = [_total(spans, pieces, names, at) for at in ("begin", "finish")]
    return spans.with_columns((ends[1][name] - ends[0][name]).alias(name) for name in names)


def _total(spans: pl.DataFrame, pieces: pl.DataFrame, names: list[str], at: str) -> pl.DataFrame:
    """The running totals at one end of each span."""
    asked = spans.select(*CONNECTOR, at).with_row_index("_row").sort(at)
    found = asked.join_asof(pieces, left_on=at, right_on="_begin", by=CONNECTOR, check_sortedness=False).sort("_row")
    length = pl.col("_finish") - pl.col("_begin")
    left = ((pl.col("_finish") - pl.col(at)) / length).clip(0)
    return found.select(
        (pl.col(f"{name}_total") - pl.col(name) * pl.when(left > 0).then(left).otherwise(0.0)).fill_null(0).alias(name)
        for name in names
    )
