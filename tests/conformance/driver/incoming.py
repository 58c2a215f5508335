"""What a stream tells, pulled batch by batch. How it is cut into batches does not matter, its order does."""

from __future__ import annotations

import asyncio
import math
from typing import Any

from .account import Account, Mismatch
from .runner import Answer, Runner, RunnerBroken

KINDS = ("events", "gaps", "frames")


class Incoming:
    """The stream of one case."""

    def __init__(self, runner: Runner, account: Account) -> None:
        self._runner, self._account = runner, account
        self._pull: asyncio.Future[Answer] | None = None
        self._came: dict[str, list[Any]] = {kind: [] for kind in KINDS}
        self.is_open = False
        # How long the stream said last that it waits (ms).
        self.retry_in = 0

    async def receive(self, wanted: dict[str, Any]) -> None:
        """Pulls until so much has come, takes it, and holds it against what was expected."""
        to_the_end = "end" in wanted or "error" in wanted
        while to_the_end or not self._is_enough(wanted):
            answer = await self._next()
            if answer.get("value") is None:
                self._ended(wanted, answer)
                break
        for kind in KINDS:
            if kind in wanted:
                count = len(wanted[kind]) if isinstance(wanted[kind], list) else len(self._came[kind])
                taken, self._came[kind] = self._came[kind][:count], self._came[kind][count:]
                self._account.received(kind, wanted[kind], taken)

    async def drain(self, frames_matter: bool) -> None:
        """Closes the stream. What it tells beyond that, nobody expected."""
        await self._runner.make("stream.close")
        while (await self._next()).get("value") is not None:
            pass
        told = {event["status"] for event in self._came["events"]} - {"closed"}
        if told or self._came["gaps"] or (frames_matter and self._came["frames"]):
            raise Mismatch(f"the stream also told {self._came}")

    def _ended(self, wanted: dict[str, Any], answer: Answer) -> None:
        self.is_open = False
        if "error" in wanted:
            self._account.outcome({"error": wanted["error"]}, answer)
        elif "error" in answer or "end" not in wanted:
            raise Mismatch(f"the stream ended: {answer}; so far came {self._came}")

    def _is_enough(self, wanted: dict[str, Any]) -> bool:
        return all(len(self._came[kind]) >= _least(wanted.get(kind, [])) for kind in KINDS)

    async def _next(self) -> Answer:
        """The next batch. A pull that nobody answers stays under way."""
        if self._pull is None or self._pull.done():
            self._pull = self._runner.begin("stream.next", {})
        try:
            answer = await self._runner.answer(self._pull, "stream.next")
        except RunnerBroken as problem:
            raise RunnerBroken(f"{problem}; so far came {self._came}") from None
        if batch := answer.get("value"):
            for kind in KINDS:
                self._came[kind] += batch[kind]
            for event in batch["events"]:
                self.retry_in = math.ceil(event.get("retry_in_ms") or self.retry_in)
        return answer


def _least(expected: Any) -> int:
    """How many it takes to decide."""
    if isinstance(expected, dict):
        return int(expected["$at_least"] if "$at_least" in expected else expected["$count"])
    return len(expected)
