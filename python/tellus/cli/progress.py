"""A command on its way to the charger, and what became of it."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

import typer
from rich.console import Console

from tellus._exits import COMMAND_FAILED
from tellus._outcome import outcome
from tellus._tellus import CommandStatus
from tellus.cli.output import Format, print_json
from tellus.client import Client
from tellus.errors import Timeout


def follow(platform: Client, command_id: str, patience: timedelta, form: Format) -> None:
    """Follows a command and shows each of its states; one that the charger works on may outlast the patience."""
    console = Console(stderr=True, highlight=False)
    begun = time.monotonic()
    last: CommandStatus | None = None
    with console.status(f"{command_id}: queued …") as spinner:
        try:
            for last in platform.follow_command(command_id, patience):
                console.print(f"{time.monotonic() - begun:5.1f} s  {last.status}", markup=False)
                spinner.update(f"{command_id}: {last.status} …")
        except KeyboardInterrupt:
            console.print(f"Ctrl-C does not take {command_id} back.", markup=False)
            raise
        except Timeout:
            if last is None or last.status != "accepted":
                raise
            console.print(
                f"The charger works on it. `tellus device ID` shows how it goes ({command_id}).", markup=False
            )
    if form is not Format.TABLE:
        print_json(None if last is None else last.to_dict())
    elif last is not None and last.status == "completed" and last.result:
        console.print(outcome(last.result), markup=False)
    if last is not None and last.status in ("failed", "rejected"):
        reason = outcome(last.result) if last.result else "the platform gives no reason"
        print(f"tellus: the charger did not carry out {command_id}: {reason}", file=sys.stderr)
        raise typer.Exit(COMMAND_FAILED)
