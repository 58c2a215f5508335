"""The rows about figures: a million sessions, side by side with the straightforward code in pandas for the same
figures.

Alone: kpi.py [ROUNDS]. Prints the table.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median

from report import Row, at_least, table

CASES = {
    "all": "1,000,000 sessions: the four below together",
    "load": "1,000,000 sessions: load curve by quarter of an hour",
    "energy": "1,000,000 sessions: energy by charger and local day",
    "occupied": "1,000,000 sessions: occupied share of each connector",
    "concurrency": "1,000,000 sessions: how many at once",
}
BAR = 3.0
ROUNDS = 5
CONTENDERS = ["tellus", "pandas"]


def rows(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sessions.arrow"
        contend("make", "-", path)
        for work in CASES:
            print(f"{CASES[work]} ...", flush=True)
            yield compare(work, rounds, path)


def compare(work: str, rounds: int, path: Path) -> Row:
    """Both take turns in every round, so that whatever else this machine is busy with hits both alike."""
    speeds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for turn in range(rounds):
        results: list[float] = []
        for name in CONTENDERS if turn % 2 == 0 else reversed(CONTENDERS):
            speed, result = map(float, contend(name, work, path).split())
            speeds[name].append(speed)
            results.append(result)
        # The last digits depend on the order in which floating-point numbers are added up.
        if abs(results[0] - results[1]) > 1e-9 * abs(results[0]):
            raise SystemExit(f"the results of {work} differ: {results}")
    ours, peer = (median(speeds[name]) for name in CONTENDERS)
    return at_least(CASES[work], f"pandas {version('pandas')}", ours, peer, BAR if work == "all" else None)


def contend(name: str, work: str, path: Path) -> str:
    script = Path(__file__).with_name("kpi_contender.py")
    return subprocess.run(
        [sys.executable, script, name, work, path], stdout=subprocess.PIPE, text=True, check=True
    ).stdout


if __name__ == "__main__":
    print(f"\n{table(rows(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))}")
