"""What lasts, cut to buckets of time: each part gets the share of the whole that its length is."""

from __future__ import annotations

from datetime import datetime

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
    high = (marks.search_sorted(frame["finish"], "left").cast(pl.Int64) - 1).clip(0, len(marks) - 2)
    frame = frame.with_columns(_low=low, _high=pl.max_horizontal(low, high))
    if (frame["_high"] > frame["_low"]).any():
        parts = frame.with_columns(bucket=pl.int_ranges("_low", pl.col("_high") + 1)).explode("bucket")
    else:
        parts = frame.with_columns(bucket="_low")
    length = pl.col("finish") - pl.col("begin")
    begin = pl.max_horizontal("begin", marks.gather(parts["bucket"]))
    finish = pl.min_horizontal("finish", marks.gather(parts["bucket"] + 1))
    share = pl.when(length > 0).then((finish - begin) / length).otherwise(1.0)
    # A moment on the first edge of its bucket ends where it begins.
    return parts.with_columns(share=share, begin=begin, finish=pl.max_horizontal(begin, finish)).drop("_low", "_high")


def union(frame: pl.DataFrame) -> pl.DataFrame:
    """The same time of each connector as intervals that do not overlap: what is reported twice is there once."""
    frame = frame.select(*CONNECTOR, "begin", "finish").sort(*CONNECTOR, "begin", "finish")
    before = pl.col("finish").cum_max().shift(1).over(CONNECTOR)
    frame = frame.with_columns(begin=pl.max_horizontal("begin", before))
    return frame.filter(pl.col("begin") < pl.col("finish"))


def buckets(edges: list[datetime], zone: str) -> pl.DataFrame:
    """A row for each bucket: its index, its local beginning as `time`, its length in `hours`."""
    marks = pl.Series("time", [micros(edge) for edge in edges], dtype=pl.Int64)
    frame = pl.DataFrame({"time": marks.head(-1), "hours": marks.diff().tail(-1) / HOUR})
    return frame.with_columns(times("time", zone=zone)).with_row_index("bucket").cast({"bucket": pl.Int64})


def parts_of(
    records: ArrowStream, window: Window, every: Every | None, by: By | None, fleet: ArrowStream | None
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """The parts of sessions in each bucket; every bucket of every group; and the columns that tell one from another.

    Groups are those of the fleet, or those that have records."""
    edges = window.edges(every)
    parts = split(lasting(keep(sessions_of(records), fleet, by), window), edges)
    grid, keys = buckets(edges, window.zone), KEYS[by]
    if keys:
        groups = (parts if fleet is None else places(fleet)).select(keys).unique().sort(keys)
        grid = grid.join(groups, how="cross", maintain_order="left_right")
    return parts, grid, ["bucket", *keys]


def told(grid: pl.DataFrame, sums: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Sums for every bucket of every group, 0 where there is nothing to add up."""
    joined = grid.join(sums, on=keys, how="left", nulls_equal=True, maintain_order="left")
    added = [name for name in sums.columns if name not in keys]
    return joined.with_columns(pl.col(added).fill_null(0)).drop("bucket").select("time", *keys[1:], "hours", *added)
