"""What becomes of exceptions in callbacks."""

from __future__ import annotations

from tellus._logging import log


def report(error: BaseException) -> None:
    """Logs an exception that a callback has raised, with its traceback."""
    log.error("a telemetry callback raised %s", type(error).__name__, exc_info=error)
