"""Times and spans as people type them."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta

import typer

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def moment(text: str | datetime) -> datetime:
    """``2026-03-01``, ``2026-03-01T08:00+01:00`` (UTC where no zone is named), or ``7d`` for seven days ago."""
    if isinstance(text, datetime):
        # A default value passes through here, too.
        return text
    try:
        if match := re.fullmatch(r"(\d+)([smhdw])", text):
            return datetime.now(UTC) - _seconds(match[1], match[2])
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is neither a time like 2026-03-01T08:00Z nor a span like 7d") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def span(text: str | timedelta) -> timedelta:
    """``90`` or ``90s``, ``30m``, ``2h``."""
    if isinstance(text, timedelta):
        return text
    match = re.fullmatch(r"(\d+)([smhdw]?)", text)
    # A number that no calendar holds, or that has thousands of digits.
    with contextlib.suppress(OverflowError, ValueError):
        if match:
            return _seconds(match[1], match[2] or "s")
    raise typer.BadParameter(f"{text!r} is no span like 1800, 30m or 2h")


def _seconds(count: str, unit: str) -> timedelta:
    return timedelta(seconds=int(count) * UNITS[unit])
