"""Speed, side by side: bench.py SANDBOX CRITERION RESULTS [ROUNDS] [PART...]. Prints a table and writes it to RESULTS
as JSON. The programs of the stream's benchmarks lie beside SANDBOX; what the contenders in Kotlin and Swift have
measured lies in the build's folder, as bench-PART.json. Without a part, all parts are measured.

A benchmark is no test: a bar that is not met is shown, and the exit code is 0 all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import history
import kpi
import report
import rest
from stream import rows as stream

ROUNDS = 5
# Measured by scripts of their own: see .ci/bench.
ELSEWHERE = {"kotlin", "swift"}
PARTS = {"rest", "stream", "history", "kpi"} | ELSEWHERE


def main() -> None:
    program, criterion, results, *options = sys.argv[1:]
    rounds = next((int(option) for option in options if option.isdecimal()), ROUNDS)
    parts = PARTS.intersection(options) or PARTS
    if unknown := [option for option in options if option not in PARTS and not option.isdecimal()]:
        raise SystemExit(f"there is no part {unknown[0]!r}; there are {sorted(PARTS)}")
    measured: list[Iterator[report.Row]] = []
    if "rest" in parts:
        measured.append(rest.rows(program, Path(criterion), rounds))
    if "stream" in parts:
        measured.append(stream.rows(Path(program).parent, rounds))
    if "history" in parts:
        measured.append(history.rows(Path(program).parent, rounds))
    if "kpi" in parts:
        measured.append(kpi.rows(rounds))
    for part in sorted(ELSEWHERE & set(parts)):
        measured.append(report.read(Path(criterion).with_name(f"bench-{part}.json")))
    rows = []
    for row in chain.from_iterable(measured):
        # It takes minutes until the table is whole.
        print("   ", "  ".join(row.cells()), flush=True)
        rows.append(row)
    print(f"\n{report.table(rows)}")
    report.write(Path(results), rows)


if __name__ == "__main__":
    main()
