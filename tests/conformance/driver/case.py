"""Plays one case with one runner, step by step."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from . import match
from .account import Account, Mismatch
from .incoming import Incoming
from .names import Names
from .runner import Answer, Runner, RunnerBroken
from .sandbox import Sandbox
from .script import Script

T = TypeVar("T")
Step = dict[str, Any]
# Where every client's clock stands at first.
NOW = "2025-03-15T12:00:00Z"
# How often something is looked for that another process brings about (s).
LOOK = 0.002


class Play:
    """One case under way."""

    def __init__(self, runner: Runner, case: dict[str, Any]) -> None:
        self.runner, self.case = runner, case
        platform = case["platform"]
        self.sandbox = Sandbox(platform["sandbox"]) if "sandbox" in platform else None
        # Stands there in any case, so that steps need not ask; where there is a sandbox nobody talks to it.
        self.script = Script(platform.get("replies", []))
        self.platform: Script | Sandbox = self.sandbox or self.script
        self.elsewhere = Script([])
        self.names = Names()
        self.account = Account(self.names)
        self.incoming = Incoming(runner, self.account)
        self.under_way: dict[str, asyncio.Future[Answer]] = {}

    async def run(self) -> list[Any]:
        """Plays it, and returns the transcript. Raises `Mismatch`, or `RunnerBroken`."""
        for platform in (self.platform, self.elsewhere):
            await platform.up()
        self.names.update({"platform": self.platform.origin, "elsewhere": self.elsewhere.origin})
        if self.sandbox:
            self.names.update(self.sandbox.devices)
        self.script.filled = self.names.filled
        try:
            await self._open()
            for number, step in enumerate(self.case["steps"], 1):
                try:
                    await next(play for head, play in STEPS.items() if head in step)(self, step)
                except (Mismatch, RunnerBroken) as problem:
                    raise type(problem)(f"step {number}: {problem}") from None
            await self._end()
        finally:
            for platform in (self.platform, self.elsewhere):
                await platform.down()
        return self.account.transcript

    async def _open(self) -> None:
        beginning = {
            "base_url": f"{self.platform.origin}/v1",
            "now": NOW,
            "credentials": self.case.get("credentials", self.platform.credentials),
            "settings": self.case.get("settings", {}),
        }
        answer = await self.runner.answer(self.runner.begin("case.open", self.names.filled(beginning)), "case.open")
        self.account.outcome({"error": self.case["error"]} if "error" in self.case else {"value": None}, answer)

    async def _end(self) -> None:
        if self.incoming.is_open:
            await self.incoming.drain(frames_matter=self.sandbox is None)
        await self.runner.make("case.close")
        if "requests" in self.case:
            wanted = self.case["requests"]
            # What a client has just read may take the platform a moment to note.
            entries = await self._look(1, self.platform.journal, lambda entries: len(entries) >= len(wanted))
            self.account.requests(wanted, entries, self.case.get("any_order", False))
        if self.elsewhere.requests:
            raise Mismatch(f"another host was asked: {self.elsewhere.requests}")

    async def _look(self, patience: float, look: Callable[[], Awaitable[T]], fits: Callable[[T], bool]) -> T:
        """Looks until it fits, or for so long (s), and returns what was seen last."""
        deadline = time.monotonic() + patience
        while not fits(seen := await look()) and time.monotonic() < deadline:
            await asyncio.sleep(LOOK)
        return seen

    async def _call(self, step: Step) -> None:
        answer = await self._waited_out(step, self._begin(step), step["call"])
        self.account.outcome(step, answer)
        if step["call"] in ("stream.open", "stream.listen") and "value" in answer:
            self.incoming.is_open = True

    async def _begin_call(self, step: Step) -> None:
        self.under_way[step["begin"]] = self._begin(step)

    async def _end_call(self, step: Step) -> None:
        self.account.outcome(step, await self._waited_out(step, self.under_way.pop(step["end"]), step["end"]))

    def _begin(self, step: Step) -> asyncio.Future[Answer]:
        return self.runner.begin(step["call"], self.names.filled(step.get("args", {})))

    async def _waited_out(self, step: Step, begun: asyncio.Future[Answer], what: str) -> Answer:
        """The answer to a call, when each wait that it must take has passed."""
        for span in step.get("waits", []):
            await self._advance(await self._sleep(*span))
        if "waits" in step:
            self.account.transcript.append({"waits": step["waits"]})
        return await self.runner.answer(begun, what)

    async def _until(self, step: Step) -> None:
        wanted = {"$has": step["until"]}

        async def look() -> list[str]:
            value = await self.runner.make(step["call"], self.names.filled(step.get("args", {})))
            return list(match.difference(wanted, self.account.seen(value), step["call"]))

        if problems := await self._look(self.runner.patience, look, lambda problems: not problems):
            raise Mismatch(f"it never became so: {problems}")
        self.account.transcript.append(wanted)

    async def _sleep(self, lowest: int, highest: int) -> int:
        """Waits until somebody sleeps on the client's clock for about so long (ms)."""

        async def look() -> list[int]:
            return list(await self.runner.make("clock.sleeps"))

        def fitting(sleeps: list[int]) -> list[int]:
            return [sleep for sleep in sleeps if lowest <= sleep <= highest]

        sleeps = await self._look(self.runner.patience, look, lambda sleeps: bool(fitting(sleeps)))
        if not fitting(sleeps):
            raise Mismatch(f"nobody waits for {lowest}..{highest} ms; the waits are {sleeps}")
        return fitting(sleeps)[0]

    async def _let_pass(self, step: Step) -> None:
        """Lets pass what somebody waits for: as long as was told with `waiting`, or between so many ms."""
        for _ in range(step.get("times", 1)):
            told = self.incoming.retry_in
            span = (told, told) if step["let_pass"] == "retry_in" else step["let_pass"]
            await self._advance(await self._sleep(*span))

    async def _asleep(self, step: Step) -> None:
        await self._sleep(*step["asleep"])

    async def _move(self, step: Step) -> None:
        await self._advance(step["advance_ms"])

    async def _advance(self, ms: int) -> None:
        if self.sandbox:
            await self.sandbox.advance(ms)
        await self.runner.make("clock.advance", {"ms": ms})

    async def _jump(self, step: Step) -> None:
        await self.runner.make("clock.jump_wall", {"ms": step["jump_wall_ms"]})

    async def _platform(self, step: Step) -> None:
        if step["platform"] in ("down", "restart"):
            await self.platform.down()
        if step["platform"] in ("up", "restart"):
            await self.platform.up()

    async def _fault(self, step: Step) -> None:
        assert self.sandbox is not None
        await self.sandbox.control("POST", "faults", self.names.filled(step["fault"]))

    async def _reply(self, step: Step) -> None:
        self.script.add(step["reply"])

    async def _release(self, step: Step) -> None:
        self.script.release(step["release"])

    async def _arrived(self, step: Step) -> None:
        """Waits until so many such requests have arrived, answered or not."""
        wanted, times = step["arrived"], step.get("times", 1)

        async def look() -> int:
            return sum(line.startswith(wanted) for line in self.script.arrivals)

        count = await self._look(self.runner.patience, look, lambda count: count >= times)
        if count < times:
            raise Mismatch(f"{wanted} arrived {count} times, not {times}")

    async def _send(self, step: Step) -> None:
        for message in step["send"]:
            self.script.socket.text(message if isinstance(message, str) else json.dumps(message))

    async def _line(self, step: Step) -> None:
        if step["line"] == "cut":
            self.script.socket.cut()
        else:
            self.script.socket.mute = True

    async def _receive(self, step: Step) -> None:
        await self.incoming.receive(step["receive"])


STEPS: dict[str, Callable[[Play, Step], Awaitable[None]]] = {
    "begin": Play._begin_call,
    "end": Play._end_call,
    "until": Play._until,
    "call": Play._call,
    "let_pass": Play._let_pass,
    "asleep": Play._asleep,
    "advance_ms": Play._move,
    "jump_wall_ms": Play._jump,
    "platform": Play._platform,
    "fault": Play._fault,
    "reply": Play._reply,
    "release": Play._release,
    "arrived": Play._arrived,
    "send": Play._send,
    "line": Play._line,
    "receive": Play._receive,
}
