"""A runner: a process that makes the calls of one language's SDK. Lines of JSON go in, lines of JSON come out."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

Answer = dict[str, Any]
# How long a runner may take to end after its input has (s).
END = 5.0


class RunnerBroken(Exception):
    """It has ended, says what nobody understands, or does not answer."""


class Runner:
    """One runner."""

    def __init__(self, name: str, command: list[str], patience: float) -> None:
        self.name = name
        self.patience = patience
        self._command = [os.path.expandvars(word) for word in command]
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._open: dict[int, asyncio.Future[Answer]] = {}
        self._last = 0
        # Why nothing more will come.
        self._broken = ""

    async def start(self) -> None:
        """Starts it, and hears its name."""
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*self._command, stdin=pipe, stdout=pipe, limit=1 << 24)
        assert self._process.stdout is not None
        hello = json.loads(await asyncio.wait_for(self._process.stdout.readline(), 60) or "{}")
        if hello != {"runner": self.name, "protocol": 1}:
            raise RunnerBroken(f"{self.name} introduces itself as {hello}")
        self._reading = asyncio.create_task(self._read(self._process.stdout))

    async def stop(self) -> bool:
        """Ends its input, and waits for its end. Returns whether that came by itself."""
        if self._reading is not None:
            self._reading.cancel()
        if self._process is None:
            return True
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), END)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            return False
        return True

    def begin(self, call: str, args: dict[str, Any]) -> asyncio.Future[Answer]:
        """Lets it make a call; the answer comes later."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._last += 1
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self._broken:
            answer.set_result({"broken": self._broken})
            return answer
        self._open[self._last] = answer
        line = json.dumps({"id": self._last, "call": call, "args": args})
        self._process.stdin.write(line.encode() + b"\n")
        return answer

    async def answer(self, begun: asyncio.Future[Answer], what: str) -> Answer:
        """Waits for an answer, though not for ever."""
        done, _ = await asyncio.wait([begun], timeout=self.patience)
        if not done:
            raise RunnerBroken(f"{what}: no answer")
        answer = begun.result()
        if "broken" in answer:
            raise RunnerBroken(f"{what}: {answer['broken']}")
        return answer

    async def make(self, call: str, args: dict[str, Any] | None = None) -> Any:
        """Makes a call that must succeed."""
        answer = await self.answer(self.begin(call, args or {}), call)
        if "error" in answer:
            raise RunnerBroken(f"{call}: {answer['error']}")
        return answer["value"]

    async def _read(self, output: asyncio.StreamReader) -> None:
        self._broken = await self._hear(output)
        for begun in self._open.values():
            begun.set_result({"broken": self._broken})
        self._open.clear()

    async def _hear(self, output: asyncio.StreamReader) -> str:
        """Takes answers until there are no more, and says why."""
        while line := await output.readline():
            try:
                answer = json.loads(line)
                number = answer.pop("id")
                if number not in self._open or len(answer) != 1 or not answer.keys() <= {"value", "error", "broken"}:
                    raise ValueError
            except (ValueError, KeyError, AttributeError, TypeError):
                return f"{self.name} says {line[:200]!r}"
            self._open.pop(number).set_result(answer)
        return f"{self.name} has ended"
