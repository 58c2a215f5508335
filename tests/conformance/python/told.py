"""A listener that notes what it is told, call by call, until the driver asks for it."""

from __future__ import annotations

import threading
from collections import Counter, deque
from concurrent.futures import Future
from typing import Any

import tellus


class Told:
    """The callbacks of one subscription. `fails` has the numbers of the calls that fail, by kind, counted from 1."""

    def __init__(self, fails: dict[str, list[int]]) -> None:
        self._fails = fails
        self._released = threading.Condition()
        self._held = False
        # What has not been asked for yet, and who asks.
        self._calls: deque[dict[str, Any]] = deque()
        self._asked: deque[Future[dict[str, Any] | None]] = deque()
        self._counts: Counter[str] = Counter()
        # The connections that were told of and have not ended.
        self._connections: set[int] = set()
        self._ended = False
        self._threads: set[int] = set()

    def on_batch(self, batch: tellus.Batch) -> None:
        self._note("frames", batch.frames)

    def on_status(self, event: tellus.StatusEvent) -> None:
        self._note("events", [event])

    def on_gap(self, gap: tellus.Gap) -> None:
        self._note("gaps", [gap])

    def hold(self, held: bool) -> None:
        """From now on each call is noted and lasts until it is released."""
        with self._released:
            self._held = held
            self._released.notify_all()

    def next(self) -> Future[dict[str, Any] | None]:
        """The next call; nothing after the end."""
        asked: Future[dict[str, Any] | None] = Future()
        with self._released:
            if len(self._threads) > 1:
                raise RuntimeError("the listener is called from several threads")
            self._asked.append(asked)
            self._answer()
        return asked

    def _note(self, kind: str, told: list[Any]) -> None:
        with self._released:
            self._threads.add(threading.get_native_id())
            self._counts[kind] += 1
            fails = self._counts[kind] in self._fails.get(kind, [])
            self._calls.append({"events": [], "gaps": [], "frames": [], kind: told})
            if kind == "events":
                self._follow(told[0])
            self._answer()
            self._released.wait_for(lambda: not self._held)
        if fails:
            raise RuntimeError("the case wants it so")

    def _follow(self, event: tellus.StatusEvent) -> None:
        if event.status in ("closed", "failed"):
            self._connections.discard(event.connection)
            self._ended = not self._connections
        else:
            self._connections.add(event.connection)

    def _answer(self) -> None:
        while self._asked and (self._calls or self._ended):
            self._asked.popleft().set_result(self._calls.popleft() if self._calls else None)
