"""Before something acts: what will be done, and whether it shall."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import typer

from tellus._exits import OTHER, USAGE


def ask(what: str, details: Mapping[str, object], yes: bool) -> None:
    """Shows what will be done, and returns if it is wanted."""
    print(what, file=sys.stderr)
    for name, value in details.items():
        if value is not None:
            print(f"  {name}: {value}", file=sys.stderr)
    if yes:
        return
    if not sys.stdin.isatty():
        print("tellus: nothing was sent: there is no terminal to ask on. Add --yes to send it.", file=sys.stderr)
        raise typer.Exit(USAGE)
    if not typer.confirm("Send it?", err=True):
        print("Nothing was sent.", file=sys.stderr)
        raise typer.Exit(OTHER)
