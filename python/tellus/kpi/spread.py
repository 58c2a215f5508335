"""What lasts, cut to buckets of time: each part gets the share of the whole that its length is."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.tables import CONNECTOR, KEYS, By, keep, lasting, places, sessions_of, times
from tellus.kpi.window import HOUR, Every, Window, micros


def split(frame: pl.DataFrame, edges: list[datetime]) -> pl.DataFrame:
    """Rows with `begin` and `finish` (µs), cut at the edges: a row for each `bucket` (its index) that one lies in, with
    `begin` and `finish` of the part and `share`, its part of the whole. What lies outside the edges is left out; a
    row without length lies in one bucket, whole."""
    marks = pl.Series([micros(edge) for edge in edges], dtype=pl.Int64)
    first, last = marks[0], marks[-1]
    inside = (pl.col("begin") < last) & (
        (pl.col("finish") > first) | ((pl.col("begin") == pl.col("finish")) & (pl.col("begin") >= first))
    )
    frame = frame.filter(inside)
    low = (marks.search_sorted(frame["begin"], "right").cast(pl.Int64) - 1).clip(0)
    frame = frame.with_columns(bucket=low, _end=marks.gather(low + 1))
    # Most lie in one bucket, and need no list of them.
    short = frame.filter(pl.col("finish") <= pl.col("_end"))
    long = frame.filter(pl.col("finish") > pl.col("_end"))
    high = (marks.search_sorted(long["finish"], "left").cast(pl.Int64) - 1).clip(0, len(marks) - 2)
    long = long.with_columns(bucket=pl.int_ranges("bucket", high + 1)).explode("bucket")
    parts = pl.concat([short, long]).drop("_end")
    length = pl.col("finish") - pl.col("begin")
    begin = pl.max_horizontal("begin", marks.gather(parts["bucket"]))
    finish = pl.min_horizontal("finish", marks.gather(parts["bucket"] + 1))
    share = pl.when(length > 0).then((finish - begin) / length).otherwise(1.0)
    # A moment on the first edge of its bucket ends where it begins.
    return parts.with_columns(share=share, begin=begin, finish=pl.max_horizontal(begin, finish))


def union(frame: pl.DataFrame) -> pl.DataFrame:
    """The same time of each connector as intervals that do not overlap: what is reported twice is there once."""
    if frame.is_empty():
        return frame.select(*CONNECTOR, "begin", "finish")
    connectors = frame.select(CONNECTOR).unique().with_row_index("_code")
    # All connectors one after another on one axis: one column to sort by, and one largest end so far that is as good as
    # one for each connector, since its part of the axis begins where the one before ends.
    first: int = frame["begin"].min()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    last: int = frame["finish"].max()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    span = last - first + 1
    whole = pl.Int64 if span * connectors.height < 2**62 else pl.Int128
    offset = pl.col("_code").cast(whole) * span - first
    placed = frame.join(connectors, on=CONNECTOR).select(
        begin=pl.col("begin") + offset, finish=pl.col("finish") + offset
    )
    placed = placed.sort("begin").with_columns(begin=pl.max_horizontal("begin", pl.col("finish").cum_max().shift(1)))
    placed = placed.filter(pl.col("begin") < pl.col("finish")).with_columns(_code=pl.col("begin") // span)
    back = first - pl.col("_code") * span
    found = placed.select(pl.col("_code").cast(pl.UInt32), (pl.col("begin", "finish") + back).cast(pl.Int64))
    return found.join(connectors, on="_code").select(*CONNECTOR, "begin", "finish")


def buckets(edges: list[datetime], zone: str) -> pl.DataFrame:
    """A row for each bucket: its index, its local beginning as `time`, its length in `hours`."""
    marks = pl.Series("time", [micros(edge) for edge in edges], dtype=pl.Int64)
    frame = pl.DataFrame({"time": marks.head(-1), "hours": marks.diff().tail(-1) / HOUR})
    return frame.with_columns(times("time", zone=zone)).with_row_index("bucket").cast({"bucket": pl.Int64})


class Parts(NamedTuple):
    """The parts of sessions in each bucket, to be added up."""

    rows: pl.DataFrame
    """Parts, with the `cell` of the grid that each belongs to."""
    grid: pl.DataFrame
    """Every bucket of every group."""

    def told(self, **amounts: pl.Expr) -> pl.DataFrame:
        """The amounts added up for each row of the grid, 0 where there is nothing to add up."""
        # There may be as many cells as rows; the streaming engine adds up that many groups in a third of the time.
        found = self.rows.lazy().select("cell", **amounts).group_by("cell").sum().collect(engine="streaming")
        sums = [
            pl.zeros(self.grid.height, dtype=found.schema[name], eager=True)
            .scatter(found["cell"], found[name])
            .alias(name)
            for name in amounts
        ]
        return self.grid.with_columns(sums)


def parts_of(records: ArrowStream, window: Window, every: Every | None, by: By, fleet: ArrowStream | None) -> Parts:
    """Sessions in buckets. Groups are those of the fleet, or those that have sessions in the window."""
    edges = window.edges(every)
    sessions = lasting(keep(sessions_of(records), fleet, by), window)
    parts = split(sessions.select(*KEYS[by], "begin", "finish", "start_time", "energy", "discharge", "cost"), edges)
    grid, keys = buckets(edges, window.zone), KEYS[by]
    if not keys:
        return Parts(parts.with_columns(cell="bucket"), grid.drop("bucket"))
    groups = (parts if fleet is None else places(fleet)).select(keys).unique().sort(keys).with_row_index("group")
    cell = pl.col("bucket") * groups.height + pl.col("group")
    parts = parts.join(groups, on=keys, nulls_equal=True).with_columns(cell=cell)
    return Parts(
        parts, grid.join(groups.drop("group"), how="cross", maintain_order="left_right").select("time", *keys, "hours")
    )
