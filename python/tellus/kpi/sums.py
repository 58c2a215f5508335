"""Sessions added up over a grid of buckets of time and places."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from tellus._frames import ArrowStream
from tellus._later import np, pl
from tellus.kpi.spread import buckets
from tellus.kpi.tables import CONNECTOR, KEYS, By, check, lasting, places, sessions_of
from tellus.kpi.window import Every, Window, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Ints = NDArray[np.int64]
    _Floats = NDArray[np.float64]


class _Parts(NamedTuple):
    """Parts of sessions: of which session, in which cell of the grid, and how much of the session it is."""

    rows: _Ints
    cells: _Ints
    shares: _Floats


class _Middles(NamedTuple):
    """Sessions that fill whole buckets: from a cell on until before another one of the same place."""

    rows: _Ints
    begin: _Ints
    finish: _Ints


class Sums:
    """Sessions in a grid: a row for each bucket of each place, to which amounts are added up.

    Where a session begins and where it ends it is cut. The buckets between are not listed one by one, which for long
    sessions and short buckets would be most of the work: what comes in with the first and goes out after the last is
    noted, and a running total of that is what each holds.
    """

    def __init__(
        self, records: ArrowStream, window: Window, every: Every | None, by: By, fleet: ArrowStream | None
    ) -> None:
        """Places are those of the fleet, or those that have sessions in the window."""
        check(by, fleet)
        first, last = window.bounds
        marks = window.marks(every)
        sessions = _within(lasting(sessions_of(records), window), first, last)
        grid, keys = buckets(marks, window.zone), KEYS[by]
        whole = sessions if fleet is None else places(fleet)
        groups = whole.select(keys).unique().sort(keys).with_row_index("group") if keys else None
        if fleet is not None:
            there = whole if groups is None else whole.join(groups, on=keys, nulls_equal=True)
            there = there.select(*CONNECTOR, "group") if keys else there.select(CONNECTOR)
            sessions = sessions.join(there, on=CONNECTOR)
        elif groups is not None:
            sessions = sessions.join(groups, on=keys, nulls_equal=True)
        self.sessions = sessions
        """Those in the window, with `begin` and `finish` (µs) and the index of their place as `group`."""
        if groups is None:
            self._places = 1
            self.grid = grid.drop("bucket")
        else:
            self._places = groups.height
            grid = grid.join(groups.drop("group"), how="cross", maintain_order="left_right")
            self.grid = grid.select("time", *keys, "hours")
        self._place(np.array(marks), window)

    def spread(self, amount: pl.Expr) -> pl.Series:
        """An amount of each session, not negative, spread evenly over its time. What is not known is nothing."""
        whole = self._numbers(amount.cast(pl.Float64).fill_null(0.0))
        if not np.isfinite(whole).all():
            raise refuse("records", "must hold finite numbers")
        sums = np.bincount(self._parts.cells, whole[self._parts.rows] * self._parts.shares, self.grid.height)
        rows = self._middles.rows
        # In whole numbers, what went out leaves exactly nothing of what came in.
        rates = whole[rows] / self._length[rows]
        scale = math.ldexp(1.0, min(62 - math.frexp(rates.sum())[1], 1000))
        running = self._running(np.rint(rates * scale).astype(np.int64))
        return pl.Series(sums + running * (self._widths / scale))

    def begun(self, which: pl.Expr | None = None) -> pl.Series:
        """How many sessions begin in each."""
        begun = self._begun if which is None else self._begun & self._numbers(which)
        return self._count(self._parts.cells[: self._length.size][begun])

    def touched(self, which: pl.Expr) -> pl.Series:
        """How many sessions lie in each, be it in part."""
        chosen = self._numbers(which)
        parts = self._count(self._parts.cells[chosen[self._parts.rows]])
        return parts + self._running(chosen[self._middles.rows].astype(np.int64))

    def _place(self, marks: _Ints, window: Window) -> None:
        begin, finish = self._numbers(pl.col("begin")), self._numbers(pl.col("finish"))
        group = self._numbers(pl.col("group").cast(pl.Int64)) if self._places > 1 else 0
        first, last = window.bounds
        low = _bucket(marks, np.maximum(begin, first))
        high = np.maximum(low, _bucket(marks, np.minimum(finish, last) - 1))
        length = finish - begin
        at_first = np.minimum(finish, marks[low + 1]) - np.maximum(begin, first)
        cut = np.flatnonzero(high > low)
        at_last = np.minimum(finish[cut], marks[high[cut] + 1]) - marks[high[cut]]
        # A moment has no length to be a share of: it lies in one bucket, whole.
        shares = np.where(length > 0, at_first / np.maximum(length, 1), 1.0)
        low_cell, high_cell = low * self._places + group, high * self._places + group
        self._parts = _Parts(
            np.concatenate([np.arange(length.size), cut]),
            np.concatenate([low_cell, high_cell[cut]]),
            np.concatenate([shares, at_last / length[cut]]),
        )
        long = cut[high[cut] - low[cut] > 1]
        self._middles = _Middles(long, low_cell[long] + self._places, high_cell[long])
        self._length = length
        self._begun = begin >= first
        self._widths = np.repeat(np.diff(marks), self._places)

    def _numbers(self, wanted: pl.Expr) -> NDArray[Any]:
        return self.sessions.select(wanted.alias("wanted"))["wanted"].to_numpy()

    def _count(self, cells: _Ints) -> pl.Series:
        return pl.Series(np.bincount(cells, minlength=self.grid.height), dtype=pl.Int64)

    def _running(self, amounts: _Ints) -> _Ints:
        """What the sessions that fill whole buckets put into each."""
        change = np.zeros(self.grid.height, np.int64)
        if not amounts.any():
            return change
        np.add.at(change, self._middles.begin, amounts)
        np.subtract.at(change, self._middles.finish, amounts)
        return change.reshape(-1, self._places).cumsum(axis=0).ravel()


def _within(sessions: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """Those that lie in the window, be it in part; a moment belongs to it from its first one on."""
    moment = (pl.col("begin") == pl.col("finish")) & (pl.col("begin") >= first)
    return sessions.filter((pl.col("begin") < last) & ((pl.col("finish") > first) | moment))


def _bucket(marks: _Ints, moments: _Ints) -> _Ints:
    """The index of the bucket that each moment lies in."""
    inner = np.diff(marks[1:-1])
    if inner.size and (inner == inner[0]).all():
        # All but the outer ones, which the window may cut, are of one width: a division, which is faster than a search.
        found: _Ints = (moments - marks[1]) // inner[0] + 1
    else:
        found = np.searchsorted(marks, moments, "right") - 1
    return np.clip(found, 0, marks.size - 2)
