"""The lines of the table, the machine that they were measured on, and the file that holds both."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

LIBRARIES = (
    "httpx",
    "requests",
    "pydantic",
    "sniffio",
    "picows",
    "uvloop",
    "msgspec",
    "websockets",
    "orjson",
    "pyarrow",
    "pandas",
)
NOTE = "Processor time of the client (all its threads, with the kernel's part), medians, unless said otherwise."


class Row(NamedTuple):
    """A line of the table. Without a bar it is for information."""

    what: str
    against: str
    ours: float
    peer: float
    ratio: float
    bar: float | None
    met: bool | None
    unit: str = "/s"

    def cells(self) -> tuple[str, ...]:
        numbers = (_number(self.ours, self.unit), _number(self.peer, self.unit))
        if self.bar is None or self.met is None:
            return (self.what, self.against, *numbers, f"{self.ratio:.2f}", "", "")
        sign = "≥" if (self.ratio >= self.bar) == self.met else "≤"
        met = "yes" if self.met else "NOT MET"
        return (self.what, self.against, *numbers, f"{self.ratio:.2f}", f"{sign} {self.bar:g}", met)

    def as_json(self) -> dict[str, object]:
        return {name: value for name, value in self._asdict().items() if name != "unit"}


def at_least(what: str, against: str, ours: float, peer: float, bar: float | None, unit: str = "/s") -> Row:
    """The more, the better."""
    ratio = round(ours / peer, 3)
    return Row(what, against, round(ours, 1), round(peer, 1), ratio, bar, None if bar is None else ratio >= bar, unit)


def at_most(what: str, against: str, ours: float, peer: float, bar: float | None, unit: str) -> Row:
    """The less, the better."""
    ratio = round(ours / peer, 3)
    return Row(what, against, round(ours, 4), round(peer, 4), ratio, bar, None if bar is None else ratio <= bar, unit)


def _number(value: float, unit: str) -> str:
    if unit == "/s":
        return f"{value:,.0f}/s"
    return f"{value:,.3f} {unit}" if value < 10 else f"{value:,.0f} {unit}"


def table(rows: Iterable[Row]) -> str:
    cells = [("what", "against", "ours", "peer", "ratio", "bar", "met"), *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for line in cells:
        texts = [text.ljust(width) for text, width in zip(line[:2], widths[:2], strict=True)]
        texts += [text.rjust(width) for text, width in zip(line[2:], widths[2:], strict=True)]
        lines.append("  ".join(texts).rstrip())
    return "\n".join([*lines, "", NOTE])


def keep(path: Path, rows: Iterable[Row]) -> None:
    """For another program to read."""
    path.write_text(json.dumps([row._asdict() for row in rows], indent=1), encoding="utf-8")


def read(path: Path) -> Iterator[Row]:
    """What another program has kept."""
    return (Row(**row) for row in json.loads(path.read_text(encoding="utf-8")))


def write(path: Path, rows: Iterable[Row]) -> None:
    date = datetime.now(UTC).isoformat(timespec="seconds")
    report = {"rows": [row.as_json() for row in rows], "machine": machine(), "date": date}
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def machine() -> dict[str, object]:
    """What the numbers depend on, without anything that names a place or a person."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.processor())
