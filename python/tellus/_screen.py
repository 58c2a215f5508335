"""Output for people: with rich where it is installed, else plain text in columns."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, Protocol

Rows = Sequence[Sequence[str]]
Show = Callable[[Rows, str], None]


class Column(NamedTuple):
    """A column's head."""

    title: str
    right: bool = False
    flexible: bool = False


class Screen(Protocol):
    """Where the demo writes."""

    def step(self, step: int, title: str) -> None:
        """Begins one of the steps."""

    def line(self, text: str) -> None:
        """Writes a line."""

    def table(self, columns: Sequence[Column], rows: Rows) -> None:
        """Writes a table."""

    def live(self, columns: Sequence[Column]) -> contextlib.AbstractContextManager[Show]:
        """A table that is updated in place, with a line below it."""
        ...


def number(value: float | None, digits: int) -> str:
    """A number for a column that names the unit; a dash where the platform says nothing."""
    # Rounded first: "-0.0" says nothing but startles.
    return "–" if value is None else f"{round(value, digits) + 0.0:,.{digits}f}"


class Plain:
    """Plain text. A live table becomes a line now and then, and the table at the end."""

    EVERY = 2.0
    SHOWN = 2

    def step(self, step: int, title: str) -> None:
        """See :class:`Screen`."""
        print(f"\n[{step}/5] {title}", flush=True)

    def line(self, text: str) -> None:
        """See :class:`Screen`."""
        print(text, flush=True)

    def table(self, columns: Sequence[Column], rows: Rows) -> None:
        """See :class:`Screen`."""
        lines = [[column.title.replace("\n", " ") for column in columns], *rows]
        widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
        for line in lines:
            cells = [
                cell.rjust(width) if column.right else cell.ljust(width)
                for cell, width, column in zip(line, widths, columns, strict=True)
            ]
            print("  " + "  ".join(cells).rstrip(), flush=True)

    @contextlib.contextmanager
    def live(self, columns: Sequence[Column]) -> Generator[Show]:
        """See :class:`Screen`."""
        latest: Rows = []
        due = time.monotonic()

        def show(rows: Rows, caption: str) -> None:
            nonlocal latest, due
            latest = rows
            if rows and time.monotonic() >= due:
                due = time.monotonic() + self.EVERY
                shown = [f"{row[0]} #{row[1]} {row[2]} {row[3]} kW" for row in rows[: self.SHOWN]]
                self.line(f"  {caption}: {', '.join(shown)}{', …' if len(rows) > self.SHOWN else ''}")

        yield show
        self.table(columns, latest)


def screen() -> Screen:
    """The best screen there is."""
    if not sys.stdout.isatty():
        # Text that a pipe's encoding lacks must not end the demo.
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
        return Plain()
    try:
        from tellus._rich import Rich
    except ImportError:
        return Plain()
    return Rich()
