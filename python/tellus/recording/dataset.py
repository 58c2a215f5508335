"""A dataset that grows: rows are gathered into groups, groups into files, files into folders by day and place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tellus._frames import library
from tellus.recording.part import SPOOL, Part, mend


class Limits(NamedTuple):
    """When a group of rows is written, and when a file ends."""

    group_rows: int = 1 << 16
    """Rows; so many are in memory at most, beside what comes at once."""
    group_seconds: float = 10.0
    """Seconds; so much is lost in a crash at most."""
    file_bytes: int = 128 << 20
    """Bytes, as they are on disk."""
    file_seconds: float = 3600.0
    """Seconds."""


class Dataset:
    """Rows on their way into the files under a folder. What an earlier process left unfinished is made whole first."""

    def __init__(
        self,
        root: Path,
        when: str,
        place: Callable[[Any], Iterator[tuple[str, Any]]],
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`when` is the column that tells the day; `place` divides a table by folders below the day's."""
        self.root = root
        self.files = 0
        self.rows = 0
        self._when = when
        self._place = place
        self._limits = limits
        self._clock = clock
        self._arrow = library("pyarrow", "parquet")
        self._compute = library("pyarrow.compute", "parquet")
        self._waiting: list[Any] = []
        self._groups: list[tuple[str, Any]] = []
        self._torn: list[Part] = []
        self._since = 0.0
        self._parts: dict[str, tuple[Part, float]] = {}
        self._count = 0
        root.mkdir(parents=True, exist_ok=True)
        for spool in root.rglob(f".*{SPOOL}"):
            mend(spool)

    @property
    def waiting(self) -> int:
        """Rows that are in memory only."""
        return sum(table.num_rows for table in [*self._waiting, *(group for _, group in self._groups)])

    def add(self, table: Any) -> None:
        """Takes rows."""
        if table.num_rows:
            if not self._waiting:
                self._since = self._clock()
            self._waiting.append(table)

    def is_due(self) -> bool:
        """Whether what waits should be written."""
        if not (waiting := self.waiting):
            return False
        return waiting >= self._limits.group_rows or self._clock() - self._since >= self._limits.group_seconds

    def flush(self) -> None:
        """Writes what waits. When that fails it goes on waiting."""
        if self._waiting:
            self._groups += self._divided(self._arrow.concat_tables(self._waiting).unify_dictionaries())
            self._waiting.clear()
        while self._groups:
            self._write(*self._groups[0])
            del self._groups[0]
        self._end_those_that_are_due()

    def close(self) -> None:
        """Writes what waits, and ends all files."""
        self.flush()
        for folder in list(self._parts):
            self._end(folder)

    def abandon(self) -> None:
        """Leaves all as a crash would, and forgets nothing of what waits."""
        while self._parts:
            part, _ = self._parts.popitem()[1]
            part.abandon()

    def _divided(self, table: Any) -> list[tuple[str, Any]]:
        days = self._compute.cast(table.column(self._when), self._arrow.date32())
        groups: list[tuple[str, Any]] = []
        for day in self._compute.unique(days).to_pylist():
            of_day = table.filter(self._compute.equal(days, day))
            groups += [(f"date={day}{folder}", group) for folder, group in self._place(of_day)]
        return groups

    def _write(self, folder: str, group: Any) -> None:
        if folder not in self._parts:
            while self._torn:
                mend(self._torn[0].spool)
                del self._torn[0]
            self._count += 1
            name = f"part-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}-{self._count:06}"
            self._parts[folder] = (Part(self.root / folder, name, group.schema), self._clock())
        try:
            self._parts[folder][0].write(group)
        except BaseException:
            self._torn.append(self._parts.pop(folder)[0])
            raise
        self.rows += group.num_rows

    def _end_those_that_are_due(self) -> None:
        for folder, (part, begun) in list(self._parts.items()):
            if part.size >= self._limits.file_bytes or self._clock() - begun >= self._limits.file_seconds:
                self._end(folder)

    def _end(self, folder: str) -> None:
        part, _ = self._parts.pop(folder)
        try:
            part.finish()
        except BaseException:
            self._torn.append(part)
            raise
        self.files += 1
