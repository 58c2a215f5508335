"""What a walk through the history will take."""

from __future__ import annotations

from typing import NamedTuple


class Plan(NamedTuple):
    """What reading charging records will take, as far as one look tells."""

    requests: int
    """How many requests are probably still to come."""
    records: int | None
    """How many records the platform has of this span; ``None`` where it does not say. Those of chargers that were not
    asked for may be among them."""
    seconds: float
    """How long the limit on reads makes that last, in seconds; the answers' own time comes on top."""

    def __str__(self) -> str:
        records = "an unknown number of" if self.records is None else f"about {self.records:,}"
        return f"about {self.requests:,} requests for {records} records, {shown(self.seconds)} by the limit on reads"


def wait(requests: int, left: int, per_minute: int) -> float:
    """How long so many requests take under the limit, when `left` may go out now; in seconds."""
    return max(requests - left, 0) / per_minute * 60


def shown(seconds: float) -> str:
    """A span as people say it."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
