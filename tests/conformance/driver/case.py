"""Plays one case with one runner, and holds what came against what was expected."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

from . import match
from .runner import Answer, Runner, RunnerBroken
from .sandbox import Sandbox
from .script import Script

Step = dict[str, Any]
# Where every client's clock stands at first.
NOW = "2025-03-15T12:00:00Z"
LOOK = 0.002
KINDS = ("events", "gaps", "frames")


class Mismatch(Exception):
    """Something is not as the case says."""


class Play:
    """One case under way."""

    def __init__(self, runner: Runner, case: dict[str, Any]) -> None:
        self.runner, self.case = runner, case
        self.script = Script(case["platform"].get("replies", [])) if "sandbox" not in case["platform"] else None
        self.sandbox = None if self.script else Sandbox(case["platform"]["sandbox"])
        self.elsewhere = Script([])
        self.names: dict[str, str] = {}
        self.under_way: dict[str, asyncio.Future[Answer]] = {}
        self.pull: asyncio.Future[Answer] | None = None
        self.came: dict[str, list[Any]] = {kind: [] for kind in KINDS}
        self.streams = False
        # How long the stream said last that it waits (ms).
        self.retry_in = 0
        self.transcript: list[Any] = []

    @property
    def platform(self) -> Script | Sandbox:
        if self.script is not None:
            return self.script
        assert self.sandbox is not None
        return self.sandbox

    async def run(self) -> list[Any]:
        """Plays it, and returns the transcript. Raises `Mismatch`, or `RunnerBroken`."""
        for platform in (self.platform, self.elsewhere):
            await platform.up()
        self.names = {**self.platform.names, "platform": self.platform.origin, "elsewhere": self.elsewhere.origin}
        if self.script:
            self.script.names = self.names
        try:
            await self._open()
            for number, step in enumerate(self.case["steps"], 1):
                try:
                    await self._step(step)
                except (Mismatch, RunnerBroken) as problem:
                    raise type(problem)(f"step {number}: {problem}") from None
            await self._end()
        finally:
            for platform in (self.platform, self.elsewhere):
                await platform.down()
        return self.transcript

    async def _open(self) -> None:
        beginning = {
            "base_url": f"{self.platform.origin}/v1",
            "now": NOW,
            "credentials": self.case.get("credentials", self.platform.credentials),
            "settings": self.case.get("settings", {}),
        }
        answer = await self.runner.answer(self.runner.begin("case.open", self._filled(beginning)), "case.open")
        if "error" in self.case or "error" in answer:
            self._outcome({"error": self.case.get("error")}, answer)

    async def _end(self) -> None:
        if self.streams:
            await self._drain()
        await self.runner.make("case.close")
        wanted = self.case.get("requests")
        if wanted is not None:
            self._requests(wanted, await self._journal(len(wanted)))
        if self.elsewhere.requests:
            raise Mismatch(f"another host was asked: {self.elsewhere.requests}")

    async def _drain(self) -> None:
        """What a stream still tells when it is closed: nothing that matters."""
        await self.runner.make("stream.close")
        while (answer := await self._pulled()).get("value") is not None:
            self._keep(answer["value"])
        left = {kind: came for kind, came in self.came.items() if came}
        if "frames" in left and self.sandbox:
            del left["frames"]
        told = [event["status"] for event in left.pop("events", [])]
        if left or set(told) - {"closed"}:
            raise Mismatch(f"the stream also told {told}, {left}")

    async def _journal(self, count: int) -> list[dict[str, Any]]:
        """What the platform has answered; what a client has just read may take the platform a moment to note."""
        deadline = time.monotonic() + 1
        while True:
            entries = await self.platform.journal()
            if len(entries) >= count or time.monotonic() > deadline:
                return entries
            await asyncio.sleep(LOOK)

    def _requests(self, wanted: list[Any], entries: list[dict[str, Any]]) -> None:
        named = [self._named(entry) for entry in entries]
        expected = [_request(one) for one in wanted]
        if self.case.get("any_order"):
            expected.sort(key=_line_of)
            named.sort(key=_line_of)
        pairs = list(zip(expected, named, strict=False))
        found = [text for one, entry in pairs for text in match.difference({"$has": one}, entry, "request")]
        if len(named) != len(expected) or found:
            raise Mismatch(f"requests: {[_line_of(one) for one in named]}; {'; '.join(found)}")
        for one, entry in pairs:
            entry.pop("headers", None)
            self.transcript.append({**match.settled(one, entry), **one})

    async def _step(self, step: Step) -> None:
        head = next((name for name in STEPS if name in step), None)
        if head is None:
            raise Mismatch(f"no such step: {step}")
        await STEPS[head](self, step)

    # Calls.

    async def _call(self, step: Step) -> None:
        begun = self._begin(step)
        await self._wait_out(step)
        answer = await self.runner.answer(begun, step["call"])
        self._outcome(step, answer)
        if step["call"] == "stream.open" and "value" in answer:
            self.streams = True

    async def _begin_call(self, step: Step) -> None:
        self.under_way[step["begin"]] = self._begin(step)

    async def _end_call(self, step: Step) -> None:
        begun = self.under_way.pop(step["end"])
        await self._wait_out(step)
        self._outcome(step, await self.runner.answer(begun, step["end"]))

    def _begin(self, step: Step) -> asyncio.Future[Answer]:
        return self.runner.begin(step["call"], self._filled(step.get("args", {})))

    async def _wait_out(self, step: Step) -> None:
        for lowest, highest in step.get("waits", []):
            await self._advance(await self._sleep(lowest, highest))
        if "waits" in step:
            self.transcript.append({"waits": step["waits"]})

    def _outcome(self, step: Step, answer: Answer) -> None:
        got = self._named(match.canonical(answer))
        if "error" in step:
            if "error" not in got:
                raise Mismatch(f"came {got.get('value')!r}, expected an error: {step['error']}")
            found = list(match.error(step["error"], got["error"]))
            self.transcript.append(match.settled(step["error"], got["error"]))
        else:
            if "error" in got:
                raise Mismatch(f"came {got['error']}")
            for name, path in step.get("save", {}).items():
                self.names[name] = answer["value"][path]
                got = self._named(got)
            found = list(match.difference(step["value"], got.get("value"), "value")) if "value" in step else []
            self.transcript.append(match.settled(step.get("value"), got.get("value")))
        if found:
            raise Mismatch("; ".join(found))

    async def _until(self, step: Step) -> None:
        wanted = step["until"]
        await self._poll(step, lambda value: not list(match.difference({"$has": wanted}, value)))
        self.transcript.append(wanted)

    async def _poll(self, step: Step, fits: Callable[[Any], bool]) -> None:
        deadline = time.monotonic() + self.runner.patience
        while True:
            value = self._named(match.canonical(await self.runner.make(step["call"], step.get("args"))))
            if fits(value):
                return
            if time.monotonic() > deadline:
                raise Mismatch(f"{step['call']} never became so; it is {value}")
            await asyncio.sleep(LOOK)

    # Time.

    async def _sleep(self, lowest: int, highest: int) -> int:
        """Waits until somebody sleeps on the client's clock for about so long (ms)."""
        deadline = time.monotonic() + self.runner.patience
        while True:
            sleeps = await self.runner.make("clock.sleeps")
            for sleep in sleeps:
                if lowest <= sleep <= highest:
                    return int(sleep)
            if time.monotonic() > deadline:
                raise Mismatch(f"nobody waits for {lowest}..{highest} ms; the waits are {sleeps}")
            await asyncio.sleep(LOOK)

    async def _let_pass(self, step: Step) -> None:
        """Lets pass what somebody waits for: as long as was told with `waiting`, or between so many ms."""
        for _ in range(step.get("times", 1)):
            span = (self.retry_in, self.retry_in) if step["let_pass"] == "retry_in" else step["let_pass"]
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

    # The platform.

    async def _platform(self, step: Step) -> None:
        if step["platform"] in ("down", "restart"):
            await self.platform.down()
        if step["platform"] in ("up", "restart"):
            await self.platform.up()

    async def _fault(self, step: Step) -> None:
        assert self.sandbox is not None
        await self.sandbox.control("POST", "faults", self._filled(step["fault"]))

    async def _reply(self, step: Step) -> None:
        assert self.script is not None
        self.script.add(step["reply"])

    async def _release(self, step: Step) -> None:
        assert self.script is not None
        self.script.release(step["release"])

    async def _arrived(self, step: Step) -> None:
        """Waits until so many such requests have arrived, answered or not."""
        assert self.script is not None
        wanted, times = self._filled(step["arrived"]), step.get("times", 1)
        deadline = time.monotonic() + self.runner.patience
        while True:
            count = sum(line.startswith(wanted) for line in self.script.arrivals)
            if count >= times:
                return
            if time.monotonic() > deadline:
                raise Mismatch(f"{wanted} arrived {count} times, not {times}")
            await asyncio.sleep(LOOK)

    # The stream.

    async def _send(self, step: Step) -> None:
        assert self.script is not None
        for message in step["send"]:
            self.script.socket.text(message if isinstance(message, str) else json.dumps(message))

    async def _line(self, step: Step) -> None:
        assert self.script is not None
        if step["line"] == "cut":
            self.script.socket.cut()
        else:
            self.script.socket.mute = True

    async def _receive(self, step: Step) -> None:
        wanted = self._filled(step["receive"])
        while not self._enough(wanted):
            answer = await self._pulled()
            if "error" in answer or answer["value"] is None:
                self._ended(wanted, answer)
                break
            self._keep(answer["value"])
        else:
            if "end" in wanted or "error" in wanted:
                answer = await self._pulled()
                while answer.get("value") is not None:
                    self._keep(answer["value"])
                    answer = await self._pulled()
                self._ended(wanted, answer)
        self._compare(step["receive"])

    def _ended(self, wanted: Step, answer: Answer) -> None:
        self.streams = False
        if "error" in wanted:
            self._outcome({"error": wanted["error"]}, answer)
        elif "error" in answer or "end" not in wanted:
            raise Mismatch(f"the stream ended: {answer}; so far came {self.came}")

    def _enough(self, wanted: Step) -> bool:
        return all(len(self.came[kind]) >= _least(wanted.get(kind, [])) for kind in KINDS)

    def _compare(self, wanted: Step) -> None:
        for kind in KINDS:
            if kind not in wanted:
                continue
            expected, came = wanted[kind], self.came[kind]
            if kind == "events" and isinstance(expected, list):
                # A text stands for the status alone.
                expected = [{"$has": {"status": one}} if isinstance(one, str) else one for one in expected]
            count = len(expected) if isinstance(expected, list) else len(came)
            taken, self.came[kind] = came[:count], came[count:]
            self._note_received(kind, expected, [self._named(match.canonical(one)) for one in taken])

    def _note_received(self, kind: str, expected: Any, taken: list[Any]) -> None:
        found = list(match.difference(expected, taken, kind))
        if found:
            raise Mismatch("; ".join(found))
        self.transcript.append({kind: match.settled(expected, taken)})

    async def _pulled(self) -> Answer:
        """The next batch. A pull that nobody answers stays under way."""
        if self.pull is None or self.pull.done():
            self.pull = self.runner.begin("stream.next", {})
        try:
            return await self.runner.answer(self.pull, "stream.next")
        except RunnerBroken as problem:
            raise RunnerBroken(f"{problem}; so far came {self.came}") from None

    def _keep(self, batch: dict[str, Any]) -> None:
        for kind in KINDS:
            self.came[kind] += batch[kind]
        for event in batch["events"]:
            self.retry_in = math.ceil(event.get("retry_in_ms") or self.retry_in)

    # Names for what differs from run to run.

    def _filled(self, value: Any) -> Any:
        """With the names replaced by what they stand for."""
        return _texts(value, lambda text: _replace(text, [(f"${name}", meant) for name, meant in self.names.items()]))

    def _named(self, value: Any) -> Any:
        """The other way round."""
        return _texts(value, lambda text: _replace(text, [(meant, f"${name}") for name, meant in self.names.items()]))


def _replace(text: str, pairs: list[tuple[str, str]]) -> str:
    for old, new in sorted(pairs, key=lambda pair: -len(pair[0])):
        text = text.replace(old, new)
    return text


def _texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_texts(inner, change) for inner in value]
    if isinstance(value, dict):
        return {change(name): _texts(inner, change) for name, inner in value.items()}
    return value


def _request(wanted: Any) -> dict[str, Any]:
    """A text stands for the request alone; an object names what else is looked at."""
    if isinstance(wanted, str):
        return {"request": wanted}
    return {**wanted, "headers": {"$has": wanted["headers"]}} if "headers" in wanted else wanted


def _line_of(entry: dict[str, Any]) -> str:
    return str(entry["request"])


def _least(expected: Any) -> int:
    """How many it takes to decide."""
    if isinstance(expected, dict):
        return int(expected.get("$at_least", expected.get("$count", 0)))
    return len(expected)


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
