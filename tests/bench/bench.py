"""Speed, side by side: bench.py SANDBOX CRITERION RESULTS [ROUNDS]. Prints a table and writes it to RESULTS as JSON.

A benchmark is no test: a bar that is not met is shown, and the exit code is 0 all the same.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from sandbox import Access, sandbox

ROUNDS = 5
CASES = {
    ("device", "sync"): "1,000 GETs of a device, sync",
    ("device", "async"): "1,000 GETs of a device, async",
    ("records", "sync"): "200 pages of 100 records, sync",
    ("records", "async"): "200 pages of 100 records, async",
}
CONTENDERS = {"sync": ["tellus", "requests", "httpx"], "async": ["tellus", "httpx"]}
BAR = 3.0
LIBRARIES = ("httpx", "requests", "pydantic", "sniffio")


class Row(NamedTuple):
    """A line of the table; `ours` and `peer` are calls per second of CPU time."""

    what: str
    against: str
    ours: float
    peer: float
    ratio: float
    bar: float
    met: bool


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
    ratio = ours / medians[best]
    against = f"{best} {version(best)} + pydantic"
    numbers = (round(ours, 1), round(medians[best], 1))
    return Row(CASES[work, kind], against, *numbers, round(ratio, 2), BAR, ratio >= BAR)


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


def machine() -> dict[str, object]:
    """What the numbers depend on, without anything that names a place or a person."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.processor())


def table(rows: Iterable[Row]) -> str:
    cells = [("what", "against", "ours", "peer", "ratio", "bar", "met")]
    for row in rows:
        numbers = (f"{row.ours:,.0f}/s", f"{row.peer:,.0f}/s", f"{row.ratio:.2f}", f"{row.bar:.1f}")
        cells.append((row.what, row.against, *numbers, "yes" if row.met else "NOT MET"))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for line in cells:
        texts = [text.ljust(width) for text, width in zip(line[:2], widths[:2], strict=True)]
        texts += [text.rjust(width) for text, width in zip(line[2:], widths[2:], strict=True)]
        lines.append("  ".join(texts))
    note = "Calls per second of the client's CPU time, unless said otherwise; ratio = ours / the better peer."
    return "\n".join([*lines, "", note])


def token_cache(criterion: Path) -> Row:
    """What the benchmark of the core has measured; it stands in calls per second of wall time on both sides."""

    def speed(name: str) -> float:
        estimates = criterion / "token, 64 tasks x 100 calls" / name / "new" / "estimates.json"
        return float(6400 / (json.loads(estimates.read_text())["median"]["point_estimate"] * 1e-9))

    ours, peer = speed("tellus"), speed("by hand")
    ratio = ours / peer
    what = "token at hand, 64 tasks (wall time)"
    return Row(what, "text behind tokio's Mutex", round(ours, 1), round(peer, 1), round(ratio, 2), 1.0, ratio >= 1.0)


def main() -> None:
    program, criterion, results, *rest = sys.argv[1:]
    rounds = int(rest[0]) if rest else ROUNDS
    rows = []
    with sandbox(program) as access:
        for work, kind in CASES:
            print(f"{CASES[work, kind]} ...", flush=True)
            rows.append(compare(work, kind, rounds, access))
    rows.append(token_cache(Path(criterion)))
    print(f"\n{table(rows)}")
    date = datetime.now(UTC).isoformat(timespec="seconds")
    report = {"rows": [row._asdict() for row in rows], "machine": machine(), "date": date}
    Path(results).write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
