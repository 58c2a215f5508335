"""Uptime under named definitions, as an interval: what was not observed may have been either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.readings import within
from tellus.kpi.spread import union
from tellus.kpi.tables import CONNECTOR, KEYS, By, keep, table
from tellus.kpi.window import HOUR, MICROSECOND, refuse

NOTHING = timedelta(0)


@dataclass(frozen=True)
class Uptime:
    """A share of time, in %. The truth lies from `low` (all that was not observed was down) to `high` (all of it was
    up)."""

    low: float
    high: float
    figure: float | None
    """What the definition itself makes of time that was not observed; ``None`` if it says nothing and some was not."""
    met: bool | None
    """Whether the definition's threshold is met; ``None`` without one, or if it depends on what was not observed."""


@dataclass(frozen=True)
class Definition:
    """What counts as down, and by what rule a share is made of it. Make your own with :func:`dataclasses.replace`."""

    name: str
    source: str
    """Where the definition stands."""
    down: frozenset[str]
    """The states that are not up; any other state is."""
    threshold: int | None = None
    """The share (%) that is asked for."""
    above: bool = False
    """Whether the share must be greater than the threshold; else it may be just that."""
    excluded: Literal["forgiven", "removed", "ignored"] = "ignored"
    """What becomes of excluded time: an outage in it counts as up; or that time does not count at all; or nothing."""
    unknown_is_up: bool | None = None
    """What the definition makes of an unknown state; ``None``: it says nothing."""

    def measure(
        self, total: timedelta, down: timedelta, excluded: timedelta = NOTHING, unknown: timedelta = NOTHING
    ) -> Uptime:
        """The share of `total`, exact to the microsecond where it is compared. `down` is time in a state that is down,
        `unknown` time that was not observed. `excluded` is, where it is forgiven, the part of `down` that does not
        count as such, and where time is removed, all that is excluded: `down` and `unknown` then hold none of it.
        Without any time that counts there is no share: `total` must be longer than what is removed.
        """
        for field, value in (("down", down), ("excluded", excluded), ("unknown", unknown)):
            if value < NOTHING:
                raise refuse(field, "must not be negative")
        if self.excluded == "removed":
            total -= excluded
        elif self.excluded == "forgiven":
            if excluded > down:
                raise refuse("excluded", "must not be longer than down: it is a part of it")
            down -= excluded
        if total <= NOTHING or down + unknown > total:
            raise refuse("total", "must be longer than nothing and hold what is down and what is unknown")
        low, high = (
            Fraction(up // MICROSECOND, total // MICROSECOND) * 100 for up in (total - down - unknown, total - down)
        )
        figure = low if low == high or self.unknown_is_up is False else high if self.unknown_is_up else None
        bounds = (low, high) if figure is None else (figure, figure)
        met = [self._meets(bound) for bound in bounds]
        return Uptime(
            float(low), float(high), None if figure is None else float(figure), met[0] if met[0] == met[1] else None
        )

    def _meets(self, share: Fraction) -> bool | None:
        if self.threshold is None:
            return None
        return share > self.threshold if self.above else share >= self.threshold


NEVI = Definition(
    name="NEVI",
    source="23 CFR 680.116(b)",
    down=frozenset({"fault", "unavailable", "offline"}),
    threshold=97,
    above=True,
    excluded="forgiven",
)
"""The United States' rule for charging ports that federal money paid for.

A port is up while hardware and software are online and it is in use or could be, and it delivers the power it must.
The share is (T - (outage - excluded)) / T, where T is the year's minutes (525,600), and it must be *greater* than 97 %
for each port over the twelve months before, calculated every month. Excluded are outages that the operator can show to
be outside its control (utility, vehicle, vandalism, natural disaster), scheduled maintenance, and hours in which the
station is not open by its stated hours.

Here T is the length of the window, so give it a year. The rule says nothing about time that was not observed: it
widens the interval. Whether a port delivered enough power, no state tells; enter it as an outage of your own.
"""

UK_2023 = Definition(
    name="UK 2023",
    source="The Public Charge Point Regulations 2023 (SI 2023/1168), regulation 7",
    down=frozenset({"fault", "unavailable", "offline"}),
    threshold=99,
    excluded="removed",
    unknown_is_up=True,
)
"""The United Kingdom's rule for networks of rapid charge points (50 kW or more).

A network has to be reliable for 99 % of each calendar year, on average over its charge points (``by=None``). By status
in OCPI's terms: available, charging and reserved are working; unknown and blocked cannot be measured, and still count
as reliable; inoperative and out of order do not. So the figure takes what was not observed for reliable, and it stays
in the whole: 10 h unknown and 10 h out of order in 8,760 h are 99.8858 %. `low` tells what the figure would be if none
of it was. Where a charge point is open at certain hours only, the others do not count at all: give them as `excluded`.

Here ``fault`` stands for out of order and ``unavailable`` for inoperative; the platform knows neither reserved nor
blocked.
"""

ONLINE = Definition(name="online", source="", down=frozenset({"unavailable", "offline"}))
"""The plain share of time in which a connector was heard of and not unavailable, faults included; no threshold."""


def uptime(
    timeline: ArrowStream,
    definition: Definition,
    by: By = "connector",
    *,
    excluded: ArrowStream | None = None,
    fleet: ArrowStream | None = None,
) -> pl.DataFrame:
    """Uptime by a definition, from a :func:`timeline`: over all connectors together, or for each of `by`.

    Columns: those of `by`; `total`, `down`, `excluded`, `unknown` (h, as in :meth:`Definition.measure`), `low`, `high`,
    `figure` (%), `met`. `excluded` is a table with device_id, connector_id (null: all of the charger's), start and end;
    overlapping entries count once. Time that is excluded and was not observed costs nothing under either rule. A group
    all of whose time is removed has no share: it is null, as is every share of an empty timeline.
    """
    frame = table(timeline, "timeline", [*CONNECTOR, "start", "end"], ["state"])
    frame = keep(frame, fleet, by).with_columns(begin=pl.col("start").to_physical(), finish=pl.col("end").to_physical())
    length = pl.col("finish") - pl.col("begin")
    if excluded is None or definition.excluded == "ignored":
        frame = frame.with_columns(out=pl.lit(0.0))
    else:
        frame = within(frame, _pieces(excluded, frame), {"out": length})
    down = pl.col("state").is_in(list(definition.down)).fill_null(False)
    forgiven = definition.excluded == "forgiven"
    rest = length - pl.col("out")
    sums = {
        "total": length.sum(),
        # What is forgiven is still an outage; what is removed is no longer anything.
        "down": (length if forgiven else rest).filter(down).sum(),
        "excluded": (pl.col("out").filter(down) if forgiven else pl.col("out")).sum(),
        "unknown": rest.filter(pl.col("state").is_null()).sum(),
    }
    keys = KEYS[by]
    told = frame.group_by(keys).agg(**sums).sort(keys) if keys else frame.select(**sums)
    return _shares(told, definition)


def _shares(sums: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    names = ["total", "down", "excluded", "unknown"]
    sums = sums.with_columns(pl.col(names).round().cast(pl.Int64))
    shares: list[Uptime | None] = []
    for row in sums.select(names).iter_rows():
        total, down, excluded, unknown = (timedelta(microseconds=value) for value in row)
        counted = total - excluded if definition.excluded == "removed" else total
        shares.append(definition.measure(total, down, excluded, unknown) if counted > NOTHING else None)
    columns = [
        pl.Series(
            name,
            [share and getattr(share, name) for share in shares],
            dtype=pl.Boolean if name == "met" else pl.Float64,
        )
        for name in ("low", "high", "figure", "met")
    ]
    hours = [pl.col(name) / HOUR for name in names]
    return sums.with_columns(hours).with_columns(columns)


def _pieces(excluded: ArrowStream, frame: pl.DataFrame) -> pl.DataFrame:
    """Excluded time of each connector."""
    entries = table(excluded, "excluded", ["device_id", "start", "end"], ["connector_id"])
    entries = entries.select(
        "device_id", _only="connector_id", begin=pl.col("start").to_physical(), finish=pl.col("end").to_physical()
    )
    pieces = frame.select(CONNECTOR).unique().join(entries, on="device_id")
    pieces = pieces.filter(pl.col("_only").is_null() | (pl.col("_only") == pl.col("connector_id")))
    return union(pieces.filter(pl.col("begin") < pl.col("finish")))
