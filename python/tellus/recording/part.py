"""One file of a dataset, from its first row to its name.

A Parquet file cannot be read before its end is written. So each group of rows goes first into a spool beside it, in
Arrow's stream format, which can be read up to where it was torn; when the Parquet file is whole and has its name, the
spool goes. What a crash leaves is made whole by :func:`mend`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from tellus._frames import library

TEMPORARY, SPOOL = ".parquet.tmp", ".arrows"
"""How the two files at work end; a dot stands in front of their names."""


class Part:
    """A file that is being written."""

    def __init__(self, folder: Path, name: str, schema: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._final = folder / f"{name}.parquet"
        self._temporary, self.spool = (folder / f".{name}{end}" for end in (TEMPORARY, SPOOL))
        self.rows = 0
        self._arrow = library("pyarrow", "parquet")
        # Both are closed by finish() or abandon(), whatever happens.
        self._spooled: IO[bytes] = self.spool.open("xb", buffering=0)
        self._written: IO[bytes] = self._temporary.open("xb")
        self._stream = self._arrow.ipc.new_stream(self._spooled, schema)
        self._parquet = library("pyarrow.parquet", "parquet").ParquetWriter(self._written, schema, compression="zstd")

    @property
    def size(self) -> int:
        """How large it is so far, in bytes."""
        return self._written.tell()

    def write(self, group: Any) -> None:
        """Adds a group of rows: all of it, or, when that fails, nothing."""
        whole = self._spooled.tell()
        try:
            for batch in group.to_batches():
                self._stream.write_batch(batch)
            self._parquet.write_table(group, row_group_size=max(group.num_rows, 1))
            self._written.flush()
        except BaseException:
            # The Parquet file may be torn now, the spool is not: it is what is taken up again.
            self._spooled.truncate(whole)
            self.abandon()
            raise
        self.rows += group.num_rows

    def finish(self) -> Path:
        """Ends the file and gives it its name."""
        try:
            self._parquet.close()
            self._written.flush()
            os.fsync(self._written.fileno())
            self._written.close()
        except BaseException:
            self.abandon()
            raise
        self._spooled.close()
        settle(self._temporary, self._final)
        self.spool.unlink()
        return self._final

    def abandon(self) -> None:
        """Leaves it as a crash would: the spool stays."""
        for thing in (self._parquet, self._written, self._spooled):
            # What could not be written cannot be written while closing either; the first error is the one that tells.
            with contextlib.suppress(OSError):
                thing.close()
        self._temporary.unlink(missing_ok=True)


def settle(temporary: Path, final: Path) -> None:
    """Gives a file its name, so that it has it after a power cut as well."""
    temporary.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def mend(spool: Path) -> None:
    """Makes a file of what a crash has left of one."""
    name = spool.name.removeprefix(".").removesuffix(SPOOL)
    unfinished, final = spool.with_name(f".{name}{TEMPORARY}"), spool.with_name(f"{name}.parquet")
    # It may have got its name just before the end.
    if not final.exists() and _rewrite(spool, unfinished):
        settle(unfinished, final)
    unfinished.unlink(missing_ok=True)
    spool.unlink()


def _rewrite(spool: Path, target: Path) -> bool:
    """Whether there was anything to write."""
    rows = 0
    with spool.open("rb") as source, contextlib.ExitStack() as stack:
        writer = None
        for batch in _batches(source):
            if writer is None:
                parquet = library("pyarrow.parquet", "parquet").ParquetWriter(target, batch.schema, compression="zstd")
                writer = stack.enter_context(parquet)
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows > 0


def _batches(source: IO[bytes]) -> Iterator[Any]:
    """The batches of a spool, up to where it was torn."""
    arrow = library("pyarrow", "parquet")
    with contextlib.suppress(StopIteration, arrow.ArrowInvalid, OSError, EOFError):
        stream = arrow.ipc.open_stream(source)
        while True:
            yield stream.read_next_batch()
