"""The Python runner of the conformance suite, for both clients: `runner.py sync` and `runner.py async`.

`tests/conformance/README.md` says what it is told and what it answers.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable
from typing import Any

import tellus
import values
from case import Case

Args = dict[str, Any]


def main(kind: str) -> None:
    say({"runner": f"python-{kind}", "protocol": 1})
    case = Case(kind)
    if kind == "async":
        asyncio.run(serve(case))
        return
    for line in sys.stdin:
        # Each call in a thread of its own: a case may have several under way.
        threading.Thread(target=answer, args=(case, json.loads(line)), daemon=True).start()


async def serve(case: Case) -> None:
    tasks: set[asyncio.Task[None]] = set()
    while line := await asyncio.to_thread(sys.stdin.readline):
        task = asyncio.create_task(answer_async(case, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


def answer(case: Case, command: Args) -> None:
    try:
        outcome = {"value": values.plain(case.make(command["call"], command["args"]))}
    except Exception as error:
        outcome = failed(error)
    say({"id": command["id"], **outcome})


async def answer_async(case: Case, command: Args) -> None:
    try:
        value = case.make(command["call"], command["args"])
        outcome = {"value": values.plain(await value if isinstance(value, Awaitable) else value)}
    except Exception as error:
        outcome = failed(error)
    say({"id": command["id"], **outcome})


def failed(error: Exception) -> Args:
    """What the SDK raises, or what is wrong with this runner."""
    if isinstance(error, tellus.TellusError):
        return {"error": values.error(error)}
    return {"broken": repr(error)}


def say(answer: Args) -> None:
    # One write for a line: several threads answer.
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
