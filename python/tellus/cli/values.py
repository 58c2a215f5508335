"""Times and spans as people type them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import typer

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def moment(text: str | datetime) -> datetime:
    """``2026-03-01``, ``2026-03-01T08:00+01:00`` (UTC where no zone is named), or ``7d`` for seven days ago."""
    if isinstance(text, datetime):
        # A default value passes through here, too.
        return text
    if match := re.fullmatch(r"(\d+)([smhdw])", text):
        return datetime.now(UTC) - timedelta(seconds=int(match[1]) * UNITS[match[2]])
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a time like 2026-03-01T08:00Z nor a span like 7d") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def span(text: str | timedelta) -> timedelta:
    """``90`` or ``90s``, ``30m``, ``2h``."""
    if isinstance(text, timedelta):
        return text
    match = re.fullmatch(r"(\d+)([smhdw]?)", text)
    if not match:
        raise typer.BadParameter(f"{text!r} is no span like 1800, 30m or 2h")
    return timedelta(seconds=int(match[1]) * UNITS[match[2] or "s"])
