"""Writes live telemetry into a dataset, with its gaps beside it."""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from tellus._closing import Closing
from tellus._frames import library
from tellus.recording.dataset import Dataset, Limits
from tellus.stream import Gaps, TelemetryStream

if TYPE_CHECKING:
    from tellus._tellus import Batch, Gap
    from tellus.client import Client

TELEMETRY, GAPS = "telemetry", "gaps"
DAYS_BACK = 2
"""In how many days of an earlier recording the last row of each charger is looked for."""
PATIENCE = 0.5
"""How long a recording waits for frames before it looks whether something is due, in seconds."""


class Recorded(NamedTuple):
    """What a recording has written so far."""

    rows: int
    """Connector readings in files that can be read, or can be made so after a crash."""
    files: int
    """Files that are whole."""
    gaps: int
    """Gaps, each counted as it opens and as it ends."""


class Recorder(Closing):
    """A recording in a folder; a context manager. One process at a time may record into a folder.

    An earlier recording there goes on. What it left unfinished is made whole first, and the time since then lies in the
    gaps. When the disk is full, :meth:`write` raises an ``OSError`` that says so; nothing that it took is lost as long
    as the recorder lives: call :meth:`flush` once there is room.
    """

    def __init__(
        self,
        out: str | os.PathLike[str],
        *,
        shards: int = 1,
        sites: Mapping[str, str] | None = None,
        limits: Limits = Limits(),  # noqa: B008
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`shards` divides the chargers over so many folders a day; `sites`, which names the site of each charger,
        makes a folder for each site instead."""
        self.out = Path(out)
        self.out.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.out / ".lock")
        places = _Places(shards, sites)
        self._telemetry = Dataset(self.out / TELEMETRY, "received_at", places.divided, limits, clock)
        self._gaps = Dataset(self.out / GAPS, "opened_at", lambda table: iter([("", table)]), limits, clock)
        self._before = _last_of_each(self.out / TELEMETRY)
        self._closed = False

    @property
    def recorded(self) -> Recorded:
        """What has been written so far."""
        return Recorded(self._telemetry.rows, self._telemetry.files, self._gaps.rows)

    def write(self, batch: Batch) -> None:
        """Takes a batch; an empty one gives it the time to write what is due."""
        self.note(batch.gaps)
        if len(batch):
            self._telemetry.add(batch.to_arrow())
        if self._telemetry.is_due() or self._gaps.is_due():
            self.flush()

    def note(self, gaps: Iterable[Gap]) -> None:
        """Takes gaps."""
        if told := Gaps(gaps):
            self._gaps.add(self._since_before(told.to_arrow()))

    def flush(self) -> None:
        """Writes what is in memory."""
        # Gaps first: should it end in between, they are too long rather than missing.
        with self._full_disk_told():
            self._gaps.flush()
            self._telemetry.flush()

    def close(self) -> None:
        """Writes what is in memory, and ends all files."""
        if self._closed:
            return
        self._closed = True
        try:
            with self._full_disk_told():
                self._gaps.close()
                self._telemetry.close()
        finally:
            self._gaps.abandon()
            self._telemetry.abandon()
            self._lock.close()

    def _since_before(self, gaps: Any) -> Any:
        """The first gap of a charger begins where the earlier recording of it ended."""
        if not self._before:
            return gaps
        rows = gaps.to_pylist()
        for row in rows:
            if row["last_received_at"] is None and (last := self._before.get(row["device_id"])):
                row["last_timestamp"], row["last_received_at"] = last
                if row["closed_at"] is not None:
                    del self._before[row["device_id"]]
        return library("pyarrow", "parquet").Table.from_pylist(rows, gaps.schema)

    @contextmanager
    def _full_disk_told(self) -> Generator[None]:
        """Puts what the recording has come to into an error of the system."""
        try:
            yield
        except OSError as error:
            so_far = self.recorded
            what = os.strerror(error.errno) if error.errno else str(error)
            where = f"in {so_far.files} files and what becomes one when the recording goes on"
            text = f"{what}: {so_far.rows:,} rows are safe, {where}"
            raise OSError(error.errno, text, str(self.out)) from error


class _Places:
    """Divides rows by charger over folders."""

    def __init__(self, shards: int, sites: Mapping[str, str] | None) -> None:
        if shards < 1:
            raise ValueError(f"shards must be at least 1, not {shards}")
        self._shards = shards
        self._sites = sites

    def divided(self, table: Any) -> Iterator[tuple[str, Any]]:
        if self._shards == 1 and self._sites is None:
            yield "/shard=0", table
            return
        arrow, compute = library("pyarrow", "parquet"), library("pyarrow.compute", "parquet")
        table = table.combine_chunks()
        ids = table.column("device_id").chunk(0)
        folders = [self._folder(device) for device in ids.dictionary.to_pylist()]
        of_row = compute.take(arrow.array(folders), ids.indices)
        for folder in sorted(compute.unique(of_row).to_pylist()):
            yield folder, table.filter(compute.equal(of_row, folder))

    def _folder(self, device: str) -> str:
        if self._sites is not None:
            return f"/site={quote(self._sites.get(device, 'unknown'), safe='')}"
        return f"/shard={zlib.crc32(device.encode()) % self._shards}"


def record(
    client: Client,
    devices: Iterable[str],
    out: str | os.PathLike[str],
    *,
    seconds: float | None = None,
    shards: int = 1,
    sites: Mapping[str, str] | None = None,
    limits: Limits = Limits(),  # noqa: B008
    on_batch: Callable[[Batch, Recorded], object] | None = None,
) -> Recorded:
    """Records live telemetry of these chargers into a folder, for so many seconds or until Ctrl-C.

    Every frame that the platform sends is in the files or lies in a gap of the recording, also across a crash and
    the time until the recording goes on. See :class:`Recorder` for `shards`, `sites` and `limits`."""
    deadline = None if seconds is None else time.monotonic() + seconds
    with Recorder(out, shards=shards, sites=sites, limits=limits) as recorder, client.stream(devices) as stream:
        try:
            for batch in stream.batches(max_wait=PATIENCE):
                recorder.write(batch)
                if on_batch is not None:
                    on_batch(batch, recorder.recorded)
                if deadline is not None and time.monotonic() >= deadline:
                    break
        except KeyboardInterrupt:
            # That is how a recording ends that has no other end.
            pass
        except OSError:
            # No room: what is not written now lies in the gap that the next recording begins with.
            raise
        except BaseException:
            _finish(stream, recorder)
            raise
        _finish(stream, recorder)
    return recorder.recorded


def _finish(stream: TelemetryStream, recorder: Recorder) -> None:
    """What has arrived belongs to the recording, and so do gaps that last."""
    stream.close()
    for batch in stream.batches():
        recorder.write(batch)
    recorder.note(gap for gap in stream.gaps() if gap.closed_at is None)


def _locked(path: Path) -> IO[bytes]:
    lock = path.open("ab")
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise BlockingIOError(error.errno, "a recording into this folder is under way", str(path.parent)) from error
    return lock


def _last_of_each(root: Path) -> dict[str, tuple[Any, Any]]:
    """The newest row of each charger: of its own time and of ours."""
    last: dict[str, tuple[Any, Any]] = {}
    arrow, parquet = library("pyarrow", "parquet"), library("pyarrow.parquet", "parquet")
    for day in sorted(root.glob("date=*"))[-DAYS_BACK:]:
        for file in sorted(day.rglob("part-*.parquet"), key=lambda path: path.name):
            table = parquet.ParquetFile(file).read(columns=["device_id", "timestamp", "received_at"])
            table = table.set_column(0, "device_id", table.column("device_id").cast(arrow.string()))
            newest = table.group_by("device_id").aggregate([("timestamp", "max"), ("received_at", "max")])
            for row in newest.to_pylist():
                last[row["device_id"]] = (row["timestamp_max"], row["received_at_max"])
    return last
