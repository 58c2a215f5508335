"""Energy over long spans, asked for in pieces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from tellus._tellus import EnergySeries, join_energy

if TYPE_CHECKING:
    from tellus._tellus import Call, CoreClient

LONGEST = timedelta(days=366)
"""The longest span that is asked for hour by hour at once. How much the platform answers is not specified."""


def pieces(
    core: CoreClient, granularity: str, start: datetime, end: datetime, site_ids: list[str]
) -> list[Call[EnergySeries]]:
    """The calls that bring the whole, oldest first."""
    # Refuses what cannot be, and costs nothing: a call is sent when somebody waits for it.
    whole = core.energy(granularity, start, end, site_ids)
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if granularity != "hour" or end - start <= LONGEST:
        return [whole]
    # In any zone that counts in whole hours, no span of an hour is cut in two.
    first = start.replace(minute=0, second=0, microsecond=0)
    cuts = [first + LONGEST * count for count in range(1, (end - first) // LONGEST + 1)]
    bounds = [start, *(cut for cut in cuts if cut < end), end]
    return [core.energy(granularity, begin, until, site_ids) for begin, until in pairwise(bounds)]


def joined(parts: list[EnergySeries]) -> EnergySeries:
    """The answers as one."""
    return parts[0] if len(parts) == 1 else join_energy(parts)
