"""What becomes of exceptions in callbacks."""

from __future__ import annotations

import logging

_log = logging.getLogger("tellus")


def report(error: BaseException) -> None:
    """Logs an exception that a callback has raised, with its traceback."""
    _log.error("a telemetry callback raised %s", type(error).__name__, exc_info=error)
