"""The rows about analysts' work: a year of charging records as a DataFrame, the time to import, and recording.

Alone: history.py SANDBOX [ROUNDS]. The load server lies beside SANDBOX.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median

import report
import sandbox
from report import Row, at_least, at_most
from stream.scenario import Scenario
from stream.server import serve

CONTENDER = Path(__file__).with_name("history_contender.py")
# A hundred thousand records of a year.
FLAGS = ["--history-days=366", "--sites=13", "--no-arrivals"]
FRAME_BAR = 4.0
RATE = 50_000
MINUTES = 2
IMPORTS = 15
IMPORT_BAR = 0.060


def rows(programs: Path, rounds: int) -> Iterator[Row]:
    yield data_frame(programs / "tellus-sandbox", rounds)
    yield from imports()
    with serve(programs) as server:
        yield from recordings(server.plain)


def data_frame(program: Path, rounds: int) -> Row:
    what = "charging records of a year → DataFrame (records per CPU second)"
    print(f"{what} ...", flush=True)
    speeds: dict[str, list[float]] = {"tellus": [], "httpx": []}
    seen: set[tuple[int, float]] = set()
    with sandbox.sandbox(str(program), FLAGS) as access:
        for turn in range(rounds):
            for name in speeds if turn % 2 == 0 else reversed(speeds):
                told = contend("records", name, stdin=access.dump())
                speeds[name].append(told["records"] / told["cpu"])
                seen.add((told["records"], round(told["energy"])))
    if len(seen) != 1:
        raise SystemExit(f"not all have read the same: {seen}")
    ours, peer = (median(values) for values in speeds.values())
    against = f"httpx {version('httpx')} + pydantic + pandas"
    return at_least(f"{seen.pop()[0]:,} {what}", against, ours, peer, FRAME_BAR)


def imports() -> Iterator[Row]:
    """Processor time that an interpreter takes more for it."""
    bare, ours, peer = (
        median(import_seconds(code) for _ in range(IMPORTS)) for code in ("pass", "import tellus", "import httpx")
    )
    yield at_most("import (CPU, over bare Python)", f"httpx {version('httpx')}", ours - bare, peer - bare, 1.0, "s")
    yield at_most("import tellus (CPU, over bare Python)", "60 ms", ours - bare, IMPORT_BAR, 1.0, "s")


def import_seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def recordings(base: str) -> Iterator[Row]:
    fast = "recording to Parquet, as fast as it comes (rows a second by the clock, none lost)"
    told = record(fast, base, Scenario(40 * RATE, 200, 1, "coalesced"))
    yield at_least(fast, f"{RATE:,} rows a second", told["rate"], RATE, 1.0)
    paced = f"recording {RATE:,} rows a second for {MINUTES} min"
    told = record(paced, base, Scenario(60 * MINUTES * RATE, 200, 1, f"paced{RATE}"))
    peer = "memory in its second quarter"
    yield at_most(f"{paced}: memory in the last quarter, none lost", peer, told["late"], told["early"], 1.1, "MB")


def record(what: str, base: str, scenario: Scenario) -> dict[str, float]:
    """Rows a second from the first frame to the last file's name, and memory meanwhile; nothing may be missing."""
    print(f"{what} ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        told = contend("recording", base, str(scenario), folder)
    if told["in_files"] != scenario.frames or told["dropped"]:
        raise SystemExit(f"rows are missing: {told}")
    return told


def contend(*arguments: str, stdin: str = "") -> dict[str, float]:
    # A proxy for the world outside is none for servers on this machine.
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    done = subprocess.run(
        [sys.executable, CONTENDER, *arguments],
        input=stdin,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    return json.loads(done.stdout)


def main() -> None:
    program, *rounds = sys.argv[1:]
    measured = list(rows(Path(program).parent, int(rounds[0]) if rounds else 3))
    print(f"\n{report.table(measured)}")


if __name__ == "__main__":
    main()
