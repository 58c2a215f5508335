"""Lists as tables for people, as JSON and as CSV."""

from __future__ import annotations

import csv
import enum
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import typer

from tellus._screen import Column, Rows, Screen, screen


class Format(enum.Enum):
    """How to print."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def format_of(context: typer.Context) -> Format:
    """What the options in front of the command say."""
    return context.obj if isinstance(context.obj, Format) else Format.TABLE


def emit(form: Format, items: Sequence[Mapping[str, Any]], columns: Sequence[Column], rows: Rows) -> None:
    """Prints the items, or the rows that stand for them in a table."""
    if form is Format.JSON:
        print_json(list(items))
    elif form is Format.CSV:
        print_csv(items)
    elif rows:
        screen().table(columns, rows)
    else:
        screen().line("None.")


def print_json(value: object) -> None:
    """JSON, indented; times in ISO 8601."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=_text))


def print_csv(items: Iterable[Mapping[str, Any]]) -> None:
    """A line for each item; what lies deeper gets a name with dots."""
    flat = [dict(_flattened(item)) for item in items]
    names = list(dict.fromkeys(name for item in flat for name in item))
    if names:
        writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)


def note(text: str) -> None:
    """A remark beside the output."""
    print(text, file=sys.stderr)


def terminal() -> Screen:
    """Where people read."""
    return screen()


def _flattened(item: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in item.items():
        if isinstance(value, Mapping):
            yield from _flattened(cast("Mapping[str, Any]", value), f"{prefix}{name}.")
        else:
            yield prefix + name, value.isoformat() if isinstance(value, datetime) else value


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
