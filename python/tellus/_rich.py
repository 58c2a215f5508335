"""Output on a terminal, through rich."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tellus._screen import Column, Rows, Show

STYLES = {
    "charging": "green",
    "discharging": "magenta",
    "idle": "dim",
    "fault": "bold red",
    "unavailable": "yellow",
}


class Rich:
    """Colours, tables, and a table that is updated in place."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def step(self, step: int, title: str) -> None:
        """See :class:`tellus._screen.Screen`."""
        self._console.print()
        self._console.print(Text.assemble((f" {step} ", "bold reverse cyan"), (f" {title}", "bold")))

    def line(self, text: str) -> None:
        """See :class:`tellus._screen.Screen`."""
        self._console.print(Text(text))

    def table(self, columns: Sequence[Column], rows: Rows) -> None:
        """See :class:`tellus._screen.Screen`."""
        self._console.print(_table(columns, rows))

    @contextlib.contextmanager
    def live(self, columns: Sequence[Column]) -> Generator[Show]:
        """See :class:`tellus._screen.Screen`."""
        with Live(Text("connecting …", "dim"), console=self._console, refresh_per_second=8) as live:

            def show(rows: Rows, caption: str) -> None:
                if rows:
                    live.update(_table(columns, rows, caption))

            yield show


def _table(columns: Sequence[Column], rows: Rows, caption: str | None = None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, caption=caption, caption_justify="left", collapse_padding=True)
    for column in columns:
        table.add_column(
            column.title, justify="right" if column.right else "left", no_wrap=not column.flexible, overflow="ellipsis"
        )
    for row in rows:
        table.add_row(*(Text(cell, STYLES.get(cell, "")) for cell in row))
    return table
