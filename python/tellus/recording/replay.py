"""Plays a recording back, at any speed."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tellus._frames import library
from tellus._tellus import Batch
from tellus.recording.recorder import GAPS, TELEMETRY
from tellus.stream import FrameIterator

TOGETHER = 0.05
"""What was received within this time is delivered together, in seconds as they are played."""
COLUMNS = ["device_id", "timestamp", "received_at", "connector_id", "state", "power", "energy_delivered", "soc"]


class Replay(FrameIterator):
    """A recording as an iterator of frames, in the order in which they were received; otherwise like
    :class:`tellus.TelemetryStream`. Where its frames come from is ``stream`` for all of them."""

    def __init__(
        self,
        folder: str | os.PathLike[str],
        speed: float = math.inf,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.folder = Path(folder)
        if not (self.folder / TELEMETRY).is_dir():
            raise FileNotFoundError(2, "there is no recording in this folder", str(folder))
        self._speed = speed
        self._clock = clock
        self._sleep = sleep
        self._tables = merged(self.folder / TELEMETRY)
        self._table: Any = None
        self._times: list[int] = []
        self._place = 0
        self._begun: tuple[float, int] | None = None

    @property
    def devices(self) -> list[str]:
        """The chargers in it, in alphabetical order."""
        read = library("pyarrow.parquet", "parquet").read_table
        columns = [
            read(file, columns=["device_id"], partitioning=None).column(0) for file in _files(self.folder / TELEMETRY)
        ]
        return sorted({device for column in columns for device in column.unique().to_pylist()})

    def gaps(self) -> Any:
        """The gaps as a ``pyarrow.Table``, in the order in which they were noticed; each as it was told last."""
        read = library("pyarrow.parquet", "parquet").read_table
        arrow = library("pyarrow", "parquet")
        tables = [read(file, partitioning=None) for file in _files(self.folder / GAPS)]
        if not tables:
            return arrow.table({})
        whole = arrow.concat_tables(tables)
        last = {(row["device_id"], row["opened_at"]): row for row in whole.to_pylist()}
        return arrow.Table.from_pylist(sorted(last.values(), key=lambda row: row["opened_at"]), whole.schema)

    def close(self) -> None:
        """Ends it."""
        self._tables = iter(())
        self._table = None

    def _pull(self, max_rows: int, max_wait: float | None) -> Batch | None:
        if self._table is None or self._place == len(self._times):
            self._table = next(self._tables, None)
            if self._table is None:
                return None
            self._times = self._table.column("received_at").cast("int64").to_pylist()
            self._place = 0
        wait, until = self._due()
        if max_wait is not None and wait > max_wait:
            self._sleep(max_wait)
            return Batch.from_arrow(self._table.slice(0, 0))
        if wait > 0:
            self._sleep(wait)
        last = min(until, self._place + max_rows)
        # The rows of one frame stay together.
        while last < len(self._times) and last > self._place and self._is_same_frame(last - 1, last):
            last += 1
        rows = self._table.slice(self._place, last - self._place)
        self._place = last
        return Batch.from_arrow(rows)

    def _due(self) -> tuple[float, int]:
        """How long until the next row is due (s), and up to where rows come together with it."""
        if math.isinf(self._speed):
            return 0.0, len(self._times)
        first = self._times[self._place]
        if self._begun is None:
            self._begun = (self._clock(), first)
        begun, origin = self._begun
        wait = (first - origin) / 1e6 / self._speed - (self._clock() - begun)
        together = first + max(TOGETHER, TOGETHER - wait) * 1e6 * self._speed
        until = self._place + 1
        while until < len(self._times) and self._times[until] <= together:
            until += 1
        return wait, until

    def _is_same_frame(self, one: int, other: int) -> bool:
        names = ("device_id", "timestamp", "received_at")
        columns = [self._table.column(name) for name in names]
        return all(column[one].as_py() == column[other].as_py() for column in columns)


def replay(folder: str | os.PathLike[str], speed: float = math.inf) -> Replay:
    """Plays a recording back: 1 is as fast as it was, 60 a minute in a second, by default as fast as it can be read."""
    return Replay(folder, speed)


def merged(root: Path) -> Iterator[Any]:
    """The rows of all files in the order in which they were received, a table at a time."""
    for day in sorted(root.glob("date=*")):
        yield from _of_day([_groups(folder) for folder in sorted(day.iterdir()) if folder.is_dir()])


def _of_day(places: list[Iterator[Any]]) -> Iterator[Any]:
    """Merges places, each of which is in order already."""
    arrow, compute = library("pyarrow", "parquet"), library("pyarrow.compute", "parquet")
    heads: list[Any] = [None] * len(places)
    while True:
        heads = [next(place, None) if head is None else head for head, place in zip(heads, places, strict=True)]
        there = [head for head in heads if head is not None]
        if not there:
            return
        # Nothing that is still to come was received before this.
        cut = min((head.column("received_at")[-1] for head in there), key=lambda last: last.value)
        ready: list[Any] = []
        for index, head in enumerate(heads):
            if head is None:
                continue
            is_ready = compute.less_equal(head.column("received_at"), cut)
            rest = head.filter(compute.invert(is_ready))
            ready.append(head.filter(is_ready))
            heads[index] = rest if rest.num_rows else None
        whole = arrow.concat_tables(ready).unify_dictionaries()
        yield whole if len(ready) == 1 else whole.sort_by("received_at").unify_dictionaries()


def _groups(folder: Path) -> Iterator[Any]:
    parquet = library("pyarrow.parquet", "parquet")
    for path in _files(folder):
        with parquet.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group, columns=COLUMNS)


def _files(root: Path) -> list[Path]:
    """Files that are whole, oldest first."""
    return sorted(root.rglob("part-*.parquet"), key=lambda path: path.name)
