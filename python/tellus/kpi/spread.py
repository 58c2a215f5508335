"""What lasts, cut to buckets of time: each part gets the share of the whole that its length is."""

from __future__ import annotations

from tellus._later import pl
from tellus.kpi.tables import CONNECTOR, times
from tellus.kpi.window import HOUR


def split(frame: pl.DataFrame, edges: list[int]) -> pl.DataFrame:
    """Rows with `begin` and `finish`, cut at the edges (all in µs): a row for each `bucket` (its index) that one lies
    in, with `begin` and `finish` of the part and `share`, its part of the whole. What lies outside the edges is left
    out; a row without length lies in one bucket, whole."""
    marks = pl.Series(edges, dtype=pl.Int64)
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
    connectors = frame.select(CONNECTOR).unique().with_row_index("group")
    found = union_of_groups(frame.join(connectors, on=CONNECTOR))
    return found.join(connectors, on="group").select(*CONNECTOR, "begin", "finish")


def union_of_groups(frame: pl.DataFrame) -> pl.DataFrame:
    """The same for a `group`, counted from 0, instead of a connector."""
    if frame.is_empty():
        return frame.select("group", "begin", "finish")
    # All groups one after another on one axis: one column to sort by, and one largest end so far that is as good as one
    # for each group, since its part of the axis begins where the one before ends.
    bounds = frame.select(first=pl.col("begin").min(), last=pl.col("finish").max(), groups=pl.col("group").max())
    first, last, groups = bounds.row(0)
    span = last - first + 1
    whole = pl.Int64 if span * (groups + 1) < 2**62 else pl.Int128
    offset = pl.col("group").cast(whole) * span - first
    placed = frame.select(begin=pl.col("begin") + offset, finish=pl.col("finish") + offset)
    placed = placed.sort("begin").with_columns(begin=pl.max_horizontal("begin", pl.col("finish").cum_max().shift(1)))
    placed = placed.filter(pl.col("begin") < pl.col("finish")).with_columns(group=pl.col("begin") // span)
    back = first - pl.col("group") * span
    return placed.select(pl.col("group").cast(pl.UInt32), (pl.col("begin", "finish") + back).cast(pl.Int64))


def buckets(edges: list[int], zone: str) -> pl.DataFrame:
    """A row for each bucket: its index, its local beginning as `time`, its length in `hours`."""
    marks = pl.Series("time", edges, dtype=pl.Int64)
    frame = pl.DataFrame({"time": marks.head(-1), "hours": marks.diff().tail(-1) / HOUR})
    return frame.with_columns(times("time", zone=zone)).with_row_index("bucket").cast({"bucket": pl.Int64})
