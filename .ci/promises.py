"""Checks that the tests which a document names are there: `promises.py DOCUMENT...`.

A test is named as `path#name` in backticks, the path from the repository's root. In a table with a column called
"tests" each row has to name at least one.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEST = re.compile(r"`([^`#\s]+)#([^`]+)`")


def missing(document: str, root: Path = ROOT) -> list[str]:
    """What is wrong with a document: a line for each fault."""
    faults = []
    column: int | None = None
    named = 0
    for number, line in enumerate(document.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            column = None
        elif column is None:
            column = cells.index("tests") if "tests" in cells else -1
        elif column >= 0 and not set(line) <= set("|-: ") and not TEST.search(cells[column]):
            faults.append(f"line {number}: no test for: {cells[0]}")
        for path, name in TEST.findall(line):
            named += 1
            file = root / path
            if not file.is_file():
                faults.append(f"line {number}: there is no file {path}")
            elif name not in file.read_text(encoding="utf-8"):
                faults.append(f"line {number}: {path} holds no {name}")
    return faults if named else [*faults, "no test is named at all"]


def main(documents: list[str]) -> int:
    faults = [f"{name}: {fault}" for name in documents for fault in missing((ROOT / name).read_text(encoding="utf-8"))]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults or not documents else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
