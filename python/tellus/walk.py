"""How a long history is read: in windows of time, each of a few pages. Pure: it says what to fetch and takes what has
come; who fetches, and how, is none of its business.

The platform pages by number over a list that grows meanwhile, in an order that is not specified, and records arrive
late. So no window is long enough for much to move while it is read, windows overlap by a second (whether their bounds
are inclusive is not specified), a window whose total changed is read again, each record is let through once, and in the
end the newest part is read once more. A session may be listed before it has ended: when it is met again, its newer
state takes the place of the older.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tellus._tellus import ChargingRecord, Page, Sieve
from tellus.pages import Step

if TYPE_CHECKING:
    from tellus._tellus import CorePages

MOST_PAGES = 20
"""A window with more pages is divided."""
AIM_PAGES = 10
"""Into parts of about so many."""
SHORTEST = timedelta(minutes=2)
"""What is shorter is not divided."""
SEAM = timedelta(seconds=1)
"""By how much neighbours overlap."""
REPEATS = 1
"""How often a window is read again at most because its total changed."""


class Window(NamedTuple):
    """A part of the history: of one charger or of all, from `start` (inclusive) to `end`; ``None``: without a bound."""

    device: str | None
    start: datetime | None
    end: datetime | None
    expected: float | None = None
    """How many records it probably holds."""
    repeats: int = 0

    def divided(self, parts: int, now: datetime, total: float | None) -> list[Window]:
        """The same time in equal parts, oldest first; just itself where it cannot be divided."""
        if self.start is None:
            return [self]
        whole = (self.end or now) - self.start
        parts = min(parts, whole // (SHORTEST / 2))
        if parts < 2:
            return [self]
        expected = None if total is None else total / parts
        cuts = [self.start + whole * part / parts for part in range(parts)]
        ends = [cut + SEAM for cut in cuts[1:]]
        return [Window(self.device, cut, end, expected) for cut, end in zip(cuts, [*ends, self.end], strict=True)]


class _Reading:
    """A window that is being read."""

    def __init__(self, window: Window, source: CorePages[ChargingRecord]) -> None:
        self.window = window
        self.source = source
        self.pages = 0
        self.first_total: int | None = None
        self.total: int | None = None

    def note(self, page: Page[ChargingRecord]) -> None:
        if self.pages == 0:
            self.first_total = page.total
        self.pages += 1
        self.total = page.total

    def changed(self) -> bool:
        return self.pages > 1 and self.total != self.first_total


class Walk:
    """A walk through the history of chargers, newest window first. What it has read it keeps, so that it may be
    interrupted at any moment and goes on where it stopped."""

    def __init__(
        self,
        begin: Callable[[Window], CorePages[ChargingRecord]],
        windows: Sequence[Window],
        *,
        devices: list[str] | None,
        edge: Window | None,
        now: Callable[[], datetime],
        page_size: int = 100,
        kept: Sequence[Page[ChargingRecord]] = (),
        note: Callable[[Page[ChargingRecord], Sequence[Window]], None] = lambda page, left: None,
    ) -> None:
        """`windows` is what is to be read, oldest first, and `edge` what is read again in the end. `kept` was read
        earlier. `note` is told of each page, with the windows that are still to be read."""
        self.pages: list[Page[ChargingRecord]] = []
        self.requests = 0
        self.records = 0
        self.total: int | None = None
        """How many records the platform has in all, as the first answer said."""
        self._begin = begin
        self._todo = list(windows)
        self._edge = edge
        self._devices = devices
        self._now = now
        self._size = page_size
        self._note = note
        self._sieve = Sieve(devices)
        self._sifts = devices is not None or bool(kept)
        self._reading: _Reading | None = None
        self._rate: float | None = None
        self._lock = threading.Lock()
        for page in kept:
            self._keep(page, [])

    def ask(self) -> Step[ChargingRecord, _Reading] | None:
        """What to fetch next; ``None`` when all has come. A step that was not taken is asked for again."""
        with self._lock:
            if self._reading is None:
                if not self._todo and self._edge is not None and self.requests > 1:
                    self._todo.append(self._edge)
                    self._edge = None
                if not self._todo:
                    return None
                window = self._todo.pop()
                self._sift_from_now_on()
                self._reading = _Reading(window, self._begin(window))
            return Step(self._reading.source.next_page(), self._reading)

    def take(self, step: Step[ChargingRecord, _Reading], page: Page[ChargingRecord] | None) -> None:
        """Takes what a step has brought."""
        reading = step.reading
        with self._lock:
            self.requests += page is not None or reading.pages == 0
            changes: list[Page[ChargingRecord]] = []
            if page is not None:
                reading.note(page)
                if self.requests == 1:
                    self.total = page.total
                self._keep(page, changes)
            # Two who read the same walk may both have asked for the window's last page.
            if reading is self._reading:
                self._go_on(reading, finished=page is None)
            if not changes and self._reading is None:
                changes.append(_NOTHING)
            for change in changes:
                self._note(change, self.left())

    def left(self) -> list[Window]:
        """The windows that are still to be read, oldest first, the one under way included."""
        return [*self._todo, *([] if self._reading is None else [self._reading.window])]

    @property
    def requests_left(self) -> int:
        """How many requests are probably still to come."""
        if self._reading is None and not self._todo and (self._edge is None or self.requests <= 1):
            return 0
        count = sum(self._pages(window.expected) for window in self._todo)
        if self._reading is not None:
            expected = self._reading.window.expected if self._reading.total is None else self._reading.total
            count += max(self._pages(expected) - self._reading.pages, 0)
        if self._edge is not None and self.requests + count > 1:
            count += self._pages(self._density(self._edge))
        return count

    def _sift_from_now_on(self) -> None:
        """Within a window the core lets each record through once; the sieve is for what two windows have in common."""
        if self.pages and not self._sifts:
            self._sifts = True
            for page in self.pages:
                self._sieve.sift(page)

    def _keep(self, page: Page[ChargingRecord], changes: list[Page[ChargingRecord]]) -> None:
        """Keeps what a page has brought, and enters it under `changes`."""
        fresh, newer = self._sieve.sift(page) if self._sifts else (page, _NOTHING)
        if len(newer):
            # In its place, so that whoever is reading the pages meets no record twice.
            self.pages[:] = self._sieve.renewed(self.pages, [newer])
            changes.append(newer)
        if len(fresh):
            self.pages.append(fresh)
            self.records += len(fresh)
            changes.append(fresh)

    def _go_on(self, reading: _Reading, *, finished: bool) -> None:
        """Decides what comes after this answer."""
        window = reading.window
        if finished:
            self._reading = None
            if reading.changed() and window.repeats < REPEATS:
                self._todo.append(window._replace(expected=reading.total, repeats=window.repeats + 1))
            return
        if reading.total is not None and (length := self._length(window)):
            self._rate = reading.total / length.total_seconds()
        devices = self._devices or ()
        # Everybody's records and then a choice, or each charger's by itself: whichever is fewer requests.
        of_all = 0 if reading.total is None else self._pages(reading.total)
        if window.device is None and reading.pages == 1 and not 0 < of_all <= len(devices) and len(devices) > 1:
            self._divide([Window(device, window.start, window.end) for device in devices])
            return
        if reading.pages == 1 and reading.total is not None:
            parts = math.ceil(reading.total / (AIM_PAGES * self._size)) if reading.total > self._full else 1
        else:
            # Where no total is told, a window is too long once it has proved to be.
            parts = 2 if reading.total is None and reading.pages >= MOST_PAGES else 1
        if parts > 1 and len(divided := window.divided(parts, self._now(), reading.total)) > 1:
            self._divide(divided)

    def _divide(self, windows: list[Window]) -> None:
        self._todo += windows
        self._reading = None

    @property
    def _full(self) -> int:
        return MOST_PAGES * self._size

    def _pages(self, records: float | None) -> int:
        return max(1, math.ceil((records or 0) / self._size))

    def _density(self, window: Window) -> float:
        """How many records a window probably holds, judged by the last one that told its total."""
        return (self._rate or 0) * self._length(window).total_seconds()

    def _length(self, window: Window) -> timedelta:
        until = window.end or self._now()
        return until - (window.start or until)


_NOTHING: Page[ChargingRecord] = Page.from_json("[]")
