"""Live telemetry, pulled frame by frame or batch by batch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Self, overload

from tellus._closing import AsyncClosing, Closing
from tellus._tellus import Gap, Table, gap_stream

if TYPE_CHECKING:
    from tellus._tellus import Batch, CoreControl, CoreDelivery, CoreStream, StreamStats, TelemetryFrame

MAX_ROWS = 4096
"""How many connector readings a batch holds at most, unless asked otherwise."""


def ids(devices: Iterable[str]) -> list[str]:
    """Ids as a list. A single one is meant as one, not as its letters."""
    return [devices] if isinstance(devices, str) else list(devices)


class Gaps(Table):
    """Gaps, in the order in which they were noticed: a sequence, and an Arrow table with one row for each."""

    _gaps: list[Gap]

    def __new__(cls, gaps: Iterable[Gap]) -> Self:
        table = super().__new__(cls)
        table._gaps = list(gaps)
        return table

    def __len__(self) -> int:
        return len(self._gaps)

    def __iter__(self) -> Iterator[Gap]:
        return iter(self._gaps)

    @overload
    def __getitem__(self, index: int) -> Gap: ...
    @overload
    def __getitem__(self, index: slice) -> Gaps: ...
    def __getitem__(self, index: int | slice) -> Gap | Gaps:
        return Gaps(self._gaps[index]) if isinstance(index, slice) else self._gaps[index]

    def __eq__(self, other: object) -> bool:
        return self._gaps == (other._gaps if isinstance(other, Gaps) else other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Gaps({self._gaps!r})"

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """One row for each gap, as an Arrow stream."""
        return gap_stream(self._gaps, requested_schema)


class _Controlled:
    """What can be done to a stream, however it delivers."""

    def __init__(self, control: CoreControl) -> None:
        self._control = control

    @property
    def devices(self) -> list[str]:
        """The devices, each once, in alphabetical order."""
        return self._control.devices

    @property
    def connections(self) -> int:
        """How many connections carry them, open or on the way to it."""
        return self._control.connections

    def add(self, devices: Iterable[str]) -> None:
        """Adds devices; those that are there already stay as they are. Returns at once."""
        self._control.add(ids(devices))

    def remove(self, devices: Iterable[str]) -> None:
        """Lets devices go. The stream is closed when its last device goes. Returns at once."""
        self._control.remove(ids(devices))

    def pause(self) -> None:
        """Closes all connections until :meth:`resume`; the devices have a gap meanwhile."""
        self._control.pause()

    def resume(self) -> None:
        """Opens all connections again."""
        self._control.resume()

    def network_changed(self) -> None:
        """Opens all connections anew, and cuts waits short: for programs that know that the network is another one."""
        self._control.network_changed()

    def snapshot(self) -> Batch:
        """The newest reading of every connector, also of what has not been delivered yet."""
        return self._control.snapshot()

    def gaps(self) -> Gaps:
        """When which device was not observed, and why, up to what has been delivered so far: a list, and a table. Gaps
        that last have no `next`; of those that ended, the newest 65,536 are kept."""
        return Gaps(self._control.gaps())

    def drops(self) -> dict[str, int]:
        """How many frames of which device were dropped because they were not taken in time."""
        return self._control.drops()

    @property
    def stats(self) -> StreamStats:
        """What the stream has counted so far."""
        return self._control.stats

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._control.closed

    def close(self) -> None:
        """Ends the stream. Returns at once; what has arrived can still be read, or is still delivered."""
        self._control.close()


class Subscription(_Controlled, Closing):
    """A running delivery to callbacks, from which all of it may be called. It ends when it is closed, when its ``with``
    block is left, and when nobody holds it any more."""

    def __init__(self, core: CoreDelivery) -> None:
        super().__init__(core.control)
        # Held, since the delivery ends with it.
        self._core = core

    def __repr__(self) -> str:
        return f"Subscription({'closed' if self.closed else 'open'})"


class _Stream(_Controlled):
    """What both kinds of stream share that are pulled."""

    def __init__(self, core: CoreStream) -> None:
        super().__init__(core.control)
        self._core = core
        self._frames: Iterator[TelemetryFrame] = iter(())

    @property
    def status(self) -> str:
        """What the stream is doing, as of the last batch: connecting, live, waiting, paused, closed or failed."""
        return self._core.status

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status}>"


class FrameIterator(Closing):
    """Telemetry frame by frame or batch by batch, live or recorded; a context manager."""

    _frames: Iterator[TelemetryFrame] = iter(())

    def _pull(self, max_rows: int, max_wait: float | None) -> Batch | None:
        """The next batch; ``None`` at the end."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[TelemetryFrame]:
        # A generator hands out frames faster than a method does. What it has not handed out when a loop is left, or
        # interrupted, stays for the next one.
        while True:
            yield from self._frames
            batch = self._pull(MAX_ROWS, None)
            if batch is None:
                return
            self._frames = iter(batch.frames)

    def __next__(self) -> TelemetryFrame:
        return next(iter(self))

    def batches(self, *, max_rows: int = MAX_ROWS, max_wait: float | None = None) -> Iterator[Batch]:
        """Whatever has arrived since the last batch, at most `max_rows` connector readings.

        With `max_wait` (seconds), a batch without frames comes when nothing has arrived for that long.
        """
        while (batch := self._pull(max_rows, max_wait)) is not None:
            yield batch


class TelemetryStream(_Stream, FrameIterator):
    """A stream as an iterator of frames. It reconnects by itself, until it is closed or its ``with``
    block is left."""

    def _pull(self, max_rows: int, max_wait: float | None) -> Batch | None:
        return self._core.next_batch(max_rows, max_wait).wait().open()


class AsyncTelemetryStream(_Stream, AsyncClosing):
    """A stream as an asynchronous iterator of frames; otherwise like :class:`TelemetryStream`."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> TelemetryFrame:
        while True:
            for frame in self._frames:
                return frame
            batch = (await self._core.next_batch(MAX_ROWS)).open()
            if batch is None:
                raise StopAsyncIteration
            self._frames = iter(batch.frames)

    async def batches(self, *, max_rows: int = MAX_ROWS, max_wait: float | None = None) -> AsyncIterator[Batch]:
        """See :meth:`TelemetryStream.batches`."""
        while (batch := (await self._core.next_batch(max_rows, max_wait)).open()) is not None:
            yield batch
