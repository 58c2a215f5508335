"""What every command has in common: its client and its end."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, Unpack

import typer

from tellus._exits import INTERRUPTED, failed
from tellus._tellus import CoreClient
from tellus.client import Client
from tellus.errors import TellusError
from tellus.settings import Settings

P = ParamSpec("P")
AT_A_TERMINAL: Settings = {
    "max_attempts": 4,
    "backoff_cap": 4.0,
    "first_attempts": 4,
    "user_agent_suffix": "tellus-cli",
}
"""Somebody waits: fail within seconds rather than minutes."""


class Platform(Client):
    """A client that can also make a call ready before it is sent."""

    @property
    def ready(self) -> CoreClient:
        """Calls that are checked when they are made and sent when somebody waits for them: nobody is to be asked about
        a command that would never be sent."""
        return self._core


def client(**settings: Unpack[Settings]) -> Platform:
    """A client for what the environment says."""
    both: Settings = {**AT_A_TERMINAL, **settings}
    return Platform.from_env(**both)


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turns what a command raises into one line and an exit code."""

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            command(*arguments, **options)
        except typer.Abort:
            # Ctrl-C at a question leaves the cursor behind it.
            print(file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except (KeyboardInterrupt, TellusError, OSError) as error:
            raise typer.Exit(failed(error)) from None

    return run
