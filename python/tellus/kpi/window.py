"""The span of time that a figure is about, and how it falls into days and hours of a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from tellus.errors import InvalidRequest

Every = Literal["hour", "day", "month"] | timedelta
"""How wide buckets are: by the local calendar, or steps of this length from each local midnight on."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000
"""Microseconds in an hour."""
MOST_BUCKETS = 1_000_000


def refuse(field: str, why: str) -> InvalidRequest:
    """The error for a wrong argument, which names it."""
    return InvalidRequest(f"{field} {why}", details={"field": field})


def aware(field: str, value: object) -> datetime:
    """A datetime that has a zone. Which moment another one means is not for a library to guess."""
    if not isinstance(value, datetime):
        raise TypeError(f"{field} must be a datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise refuse(
            field, f"has no time zone: if it is UTC, say so with {field}.replace(tzinfo=datetime.timezone.utc)"
        )
    return value


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


@dataclass(frozen=True)
class Window:
    """From `start` (included) to `end` (not included), seen in the calendar of `zone`, an IANA name such as
    ``Europe/London``.

    Sessions that have no end are taken to last until `open_until`; by default, until `end`. Datetimes may have any
    zone; naive ones are refused. Windows that touch neither overlap nor leave a hole.
    """

    start: datetime
    end: datetime
    zone: str = "UTC"
    open_until: datetime | None = None

    def __post_init__(self) -> None:
        for field in ("start", "end", *([] if self.open_until is None else ["open_until"])):
            object.__setattr__(self, field, aware(field, getattr(self, field)).astimezone(UTC))
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise refuse("zone", f"{self.zone!r} is not known here: give an IANA name like Europe/London") from error
        if self.end <= self.start:
            raise refuse("end", "must be after start")

    @classmethod
    def days(cls, first: date, last: date, zone: str = "UTC") -> Window:
        """Whole local days, `last` included. A day on which clocks change has 23 or 25 hours."""
        place = ZoneInfo(zone)
        return cls(_midnight(first, place), _midnight(last + timedelta(days=1), place), zone)

    @property
    def hours(self) -> float:
        """Its length in hours."""
        return (self.end - self.start) / timedelta(hours=1)

    @property
    def bounds(self) -> tuple[int, int]:
        """Start and end in microseconds since 1970."""
        return micros(self.start), micros(self.end)

    @property
    def open_end(self) -> int:
        """Until when sessions without an end last, in microseconds since 1970."""
        return micros(self.open_until or self.end)

    def edges(self, every: Every | None) -> list[datetime]:
        """Where buckets begin, in UTC, and where the last one ends. The first and the last bucket may be cut off.

        Hours are counted from local midnight: a day on which clocks change has 23 or 25 of them. ``None``: one bucket.
        """
        return [EPOCH + timedelta(microseconds=mark) for mark in self.marks(every)]

    def marks(self, every: Every | None) -> list[int]:
        """The same in microseconds since 1970."""
        start, end = self.bounds
        if every is None:
            return [start, end]
        zone = ZoneInfo(self.zone)
        day = self.start.astimezone(zone).date()
        if every == "month":
            day = day.replace(day=1)
        step = timedelta(hours=1) if every == "hour" else every if isinstance(every, timedelta) else None
        if step is not None and not timedelta(0) < step <= timedelta(days=1):
            raise refuse("every", "must be longer than nothing and at most a day")
        if step is not None and (self.end - self.start) / step > MOST_BUCKETS:
            raise refuse("every", f"makes more than {MOST_BUCKETS:,} buckets of this window")
        found = [start]
        while (begin := micros(_midnight(day, zone))) < end:
            # From the first of a month, 32 days lead into the next one.
            day = (day + timedelta(days=32)).replace(day=1) if every == "month" else day + timedelta(days=1)
            moments = [begin] if step is None else range(begin, micros(_midnight(day, zone)), step // MICROSECOND)
            found += [moment for moment in moments if start < moment < end]
        return [*found, end]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins, in UTC: also where clocks skip midnight, or strike it twice."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
