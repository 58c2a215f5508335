"""The rows about calls: a thousand reads and pages of records, side by side with other HTTP clients; and the token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median

from report import Row, at_least
from sandbox import Access, sandbox

CASES = {
    ("device", "sync"): "1,000 GETs of a device, sync",
    ("device", "async"): "1,000 GETs of a device, async",
    ("records", "sync"): "200 pages of 100 records, sync",
    ("records", "async"): "200 pages of 100 records, async",
}
CONTENDERS = {"sync": ["tellus", "requests", "httpx"], "async": ["tellus", "httpx"]}
BAR = 3.0


def rows(program: str, criterion: Path, rounds: int) -> Iterator[Row]:
    with sandbox(program) as access:
        for work, kind in CASES:
            print(f"{CASES[work, kind]} ...", flush=True)
            yield compare(work, kind, rounds, access)
    yield token_cache(criterion)


def compare(work: str, kind: str, rounds: int, access: Access) -> Row:
    """Everybody's turn in every round, so that whatever else this machine is busy with hits all alike."""
    names = CONTENDERS[kind]
    speeds: dict[str, list[float]] = {name: [] for name in names}
    seen: set[float] = set()
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            speed, read = measure(name, kind, work, access)
            speeds[name].append(speed)
            seen.add(round(read, 3))
    if len(seen) != 1:
        raise SystemExit(f"not all have read the same: {seen}")
    medians = {name: median(values) for name, values in speeds.items()}
    ours = medians.pop("tellus")
    best = max(medians, key=medians.__getitem__)
    return at_least(CASES[work, kind], f"{best} {version(best)} + pydantic", ours, medians[best], BAR)


def measure(name: str, kind: str, work: str, access: Access) -> tuple[float, float]:
    script = Path(__file__).with_name("measure.py")
    # A proxy for the world outside is none for the sandbox.
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    done = subprocess.run(
        [sys.executable, script, name, kind, work],
        input=access.dump(),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    speed, read = map(float, done.stdout.split())
    return speed, read


def token_cache(criterion: Path) -> Row:
    """What the benchmark of the core has measured; it stands in calls per second of wall time on both sides."""

    def speed(name: str) -> float:
        estimates = criterion / "token, 64 tasks x 100 calls" / name / "new" / "estimates.json"
        return float(6400 / (json.loads(estimates.read_text())["median"]["point_estimate"] * 1e-9))

    what = "token at hand, 64 tasks (wall time)"
    return at_least(what, "text behind tokio's Mutex", speed("tellus"), speed("by hand"), 1.0)
