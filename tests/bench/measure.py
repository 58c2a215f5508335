"""One measurement in a fresh process: measure.py CONTENDER KIND WORK, where to call on standard input.

Prints how many calls a second of this process's CPU time does (user and system, all threads), and what was read.
"""

from __future__ import annotations

import asyncio
import importlib
import resource
import sys
from collections.abc import Iterable
from typing import Any

from sandbox import Access

CALLS = {"device": 1000, "records": 200}
WARM_UP = {"device": 100, "records": 20}


def read_device(device: Any) -> float:
    """Uses a device as a program would: converting fields when they are read must count, too."""
    powers = sum(connector.power or 0 for connector in device.connectors)
    return powers + (device.last_heartbeat.tzinfo is not None) + len(device.connectors)


def read_records(records: Iterable[Any]) -> float:
    """Uses records as a report would: which charger, when, how long, how much."""
    total = 0.0
    for record in records:
        hours = (record.end_time - record.start_time).total_seconds() / 3600
        total += record.energy + hours + len(record.device_id)
    return total


def run(contender: Any, work: str, count: int, device_id: str) -> float:
    if work == "device":
        return sum(read_device(contender.device(device_id)) for _ in range(count))
    return sum(map(read_records, contender.pages(count)))


async def run_async(contender: Any, work: str, count: int, device_id: str) -> float:
    total = 0.0
    if work == "device":
        for _ in range(count):
            total += read_device(await contender.device(device_id))
    else:
        async for page in contender.pages(count):
            total += read_records(page)
    return total


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(contender: Any, work: str, device_id: str) -> tuple[float, float]:
    run(contender, work, WARM_UP[work], device_id)
    start = cpu_seconds()
    read = run(contender, work, CALLS[work], device_id)
    return CALLS[work] / (cpu_seconds() - start), read


async def measure_async(contender: Any, work: str, device_id: str) -> tuple[float, float]:
    await run_async(contender, work, WARM_UP[work], device_id)
    start = cpu_seconds()
    read = await run_async(contender, work, CALLS[work], device_id)
    return CALLS[work] / (cpu_seconds() - start), read


def main() -> None:
    name, kind, work = sys.argv[1:]
    access = Access.load(sys.stdin.read())
    # Only the contender's own libraries are loaded.
    module = importlib.import_module("ours" if name == "tellus" else "peers")
    if kind == "async":
        print(*asyncio.run(measure_async(module.ASYNC[name](access), work, access.device_id)))
    else:
        print(*measure(module.SYNC[name](access), work, access.device_id))


if __name__ == "__main__":
    main()
