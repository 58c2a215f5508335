"""Charging records, as they come and as tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, Self, TypedDict

from tellus._tellus import ChargingRecord, CoreClient, CorePages
from tellus.errors import refused
from tellus.pages import AsyncPages, PagedList, Pages
from tellus.plan import Plan, wait
from tellus.progress import watched
from tellus.stream import ids
from tellus.walk import SEAM, Walk, Window

LATE = timedelta(days=1)


class Choice(TypedDict, total=False):
    """Keyword arguments of ``charging_records()``: which ones, and how they are read."""

    devices: Iterable[str] | None
    """Only these chargers', however many. Default: everybody's."""
    page_size: int
    """Records in a page, 1 to 100. Default: 100."""
    progress: bool | None
    """Shows a progress bar (extra ``progress``). Default: on a terminal and in a notebook, where there is tqdm."""
    checkpoint: str | os.PathLike[str] | None
    """File that keeps what was read, so that it goes on there another time. Needs a `start`. Default: none."""
    late: float | timedelta
    """Records are taken to arrive this late at most, after their session began (seconds, or a timedelta): so much is
    read once more in the end, and when a checkpoint is taken up again. Default: a day; the platform does not say."""


class Wanted(NamedTuple):
    """Which charging records are wanted, and how they are to be read."""

    device_id: str | None
    connector_id: int | None
    start: datetime | None
    end: datetime | None
    devices: list[str] | None
    page_size: int
    progress: bool | None
    checkpoint: str | os.PathLike[str] | None
    late: timedelta

    @classmethod
    def of(
        cls,
        device_id: str | None,
        connector_id: int | None,
        start: datetime | None,
        end: datetime | None,
        choice: Choice,
    ) -> Self:
        """What the arguments say. Refuses what cannot be, as far as the core does not."""
        named = choice.get("devices")
        devices = None if named is None else list(dict.fromkeys(ids(named)))
        late = choice.get("late", LATE)
        late = late if isinstance(late, timedelta) else timedelta(seconds=late)
        checkpoint = choice.get("checkpoint")
        if device_id is not None and devices is not None:
            raise refused("devices", "name one charger as device_id or several as devices, not both")
        if devices is not None and not devices:
            raise refused("devices", "names no charger")
        if late < timedelta():
            raise refused("late", f"must not be negative, not {late}")
        if checkpoint is not None and start is None:
            raise refused("checkpoint", "needs a start")
        page_size, progress = choice.get("page_size", 100), choice.get("progress")
        return cls(device_id, connector_id, start, end, devices, page_size, progress, checkpoint, late)

    def in_utc(self) -> Self:
        """The same with its times in UTC: there, the days of a change of the clocks have 24 hours, too."""
        start, end = (moment and moment.astimezone(UTC) for moment in (self.start, self.end))
        return self._replace(start=start, end=end)

    def walk(self, begin: Callable[[Window], CorePages[ChargingRecord]]) -> Walk:
        """The walk that reads them, from the checkpoint on if there is one."""
        now = _now()
        devices = [self.device_id] if self.device_id is not None else self.devices
        one = devices[0] if devices is not None and len(devices) == 1 else None
        whole = Window(one, self.start, self.end)
        windows, edge = [whole], None
        if self.start is not None and (self.end is None or self.end > now - self.late):
            edge = whole._replace(start=max(self.start, now - self.late))
        if self.checkpoint is None:
            return Walk(begin, windows, devices=devices, edge=edge, now=_now, page_size=self.page_size)
        from tellus.checkpoint import Checkpoint

        asked = {"devices": devices and sorted(devices), "connector": self.connector_id, "start": f"{self.start}"}
        kept = Checkpoint(self.checkpoint, asked, self.end, now)
        if kept.read_at is not None:
            since = self._since(whole, kept.end, kept.read_at)
            windows = [*kept.left, *_again(kept.under_way, since), *since]
        return Walk(
            begin,
            windows,
            devices=devices,
            edge=edge if windows else None,
            now=_now,
            page_size=self.page_size,
            kept=kept.pages,
            note=kept.note,
        )

    def _since(self, whole: Window, end: datetime | None, read_at: datetime) -> list[Window]:
        """What may have come since a span that ended at `end` was read."""
        settled = read_at - self.late
        if end and self.end and self.end < end:
            raise refused("end", f"the checkpoint goes as far as {end}: take that, or another file")
        if end is not None and end <= settled:
            return [] if self.end == end else [whole._replace(start=end)]
        return [whole._replace(start=max(whole.start or settled, settled))]


def _again(under_way: list[ChargingRecord], since: list[Window]) -> list[Window]:
    """What brings the sessions again that had not ended, as far as these windows do not."""
    missed = [
        record
        for record in under_way
        if not any(window.start is not None and window.start <= record.start_time for window in since)
    ]
    # Whether bounds are inclusive is not specified.
    return [Window(record.device_id, record.start_time - SEAM, record.start_time + SEAM) for record in missed]


class _Records(PagedList[ChargingRecord]):
    """What both kinds share: one walk, which keeps what it has read."""

    _kind = "records"

    def __init__(self, core: CoreClient, wanted: Wanted, per_minute: int, before: Callable[[], None]) -> None:
        def begin(window: Window) -> CorePages[ChargingRecord]:
            device = window.device if wanted.device_id is None else wanted.device_id
            return core.charging_records(device, wanted.connector_id, window.start, window.end, wanted.page_size)

        super().__init__(lambda: begin(Window(wanted.device_id, wanted.start, wanted.end)), before)
        self._walk = wanted.in_utc().walk(begin)
        self._wanted = wanted
        self._quota: Callable[[Literal["query"]], int] = core.quota_left
        self._per_minute = per_minute

    def _reading(self) -> Walk:
        return self._walk

    def _watched(self) -> AbstractContextManager[Callable[[], None]]:
        return watched(self._walk, self._wanted.progress, lambda: self._quota("query"), self._per_minute)

    def _plan(self) -> Plan:
        walk = self._walk
        requests = walk.requests_left
        return Plan(requests, walk.total, wait(requests, self._quota("query"), self._per_minute))

    def __repr__(self) -> str:
        so_far = f"{self._walk.records:,} read, {'more' if self._walk.requests_left else 'no more'} to come"
        return f"<{type(self).__name__} {so_far}>"


class ChargingRecords(_Records, Pages[ChargingRecord]):
    """Charging records, fetched page by page as they are asked for, each once. What has been read is kept: a second
    look costs no request, and after an interruption the next look goes on where the first one stopped.

    Also an Arrow table, for everything that reads one (``pyarrow.table(records)``): then all are fetched first.
    """

    def plan(self) -> Plan:
        """What reading the rest will take. Makes the first request, if none was made; its answer is kept."""
        if not self._walk.requests and (step := self._walk.ask()) is not None:
            self._walk.take(step, step.call.wait())
        return self._plan()


class AsyncChargingRecords(_Records, AsyncPages[ChargingRecord]):
    """:class:`ChargingRecords` for ``async for``; tables and the plan are awaited."""

    async def plan(self) -> Plan:
        """See :meth:`ChargingRecords.plan`."""
        self._before()
        if not self._walk.requests and (step := self._walk.ask()) is not None:
            self._walk.take(step, await step.call)
        return self._plan()


def _now() -> datetime:
    return datetime.now(UTC)
