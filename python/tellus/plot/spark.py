"""The power of a charger over its last readings, small enough for a line of a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import NamedTuple, Self

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus._screen import number
from tellus._tellus import Batch
from tellus.errors import refused
from tellus.kpi.readings import MAX_GAP, Gaps, readings_of, steps_of
from tellus.kpi.tables import table
from tellus.plot.style import short
from tellus.stream import Gaps as GapTable

LAST = 120
"""Readings of a connector that are shown, unless asked otherwise."""
WIDTH, HEIGHT = 180, 36
EDGE = 2
"""Room around the line, for its own width."""
COLUMNS = ("timestamp", "device_id", "connector_id", "power")


class Line(NamedTuple):
    """One connector: where its line runs, and what it says."""

    connector_id: int
    runs: list[list[tuple[float, float]]]
    """Pieces of the line, broken where nothing was seen: seconds since the first reading, and kW."""
    last: float | None
    """The power of the last reading, in kW."""
    at: datetime
    observed: bool
    """Whether no gap has opened since."""


class Sparkline:
    """The power of a charger over its last readings, in kW, as a notebook shows it: a row for each connector.

    The line breaks where the connector was not observed and where a reading tells no power; a reading between two
    breaks is a dot. The faint line is 0 kW; discharging lies below it. :meth:`add` takes what comes next:

        line = plot.Sparkline(device_id)
        shown = display(line, display_id=True)
        for batch in stream.batches():
            shown.update(line.add(batch))
    """

    def __init__(
        self,
        device_id: str,
        connector_id: int | None = None,
        *,
        max_gap: timedelta | None = MAX_GAP,
        last: int = LAST,
    ) -> None:
        """`connector_id` asks for one connector only. See :func:`sparkline` for the rest."""
        if last < 1:
            raise refused("last", f"must be at least 1, not {last}")
        if max_gap is not None and max_gap <= timedelta(0):
            raise refused("max_gap", "must be longer than nothing")
        self.device_id = device_id
        self.connector_id = connector_id
        self._max_gap = max_gap
        self._last = last
        self._readings: pl.DataFrame | None = None
        self._gaps: pl.DataFrame | None = None

    def add(self, telemetry: ArrowStream, gaps: Gaps | None = None) -> Self:
        """Takes further readings, in any order; those beyond the last ones are forgotten. Returns itself.

        A :class:`tellus.Batch` brings its own gaps. Any other table is what ``to_arrow()`` makes of one.
        """
        if gaps is None and isinstance(telemetry, Batch):
            gaps = telemetry.gaps
        if gaps is not None:
            self._note(gaps)
        found = table(telemetry, "telemetry", COLUMNS).filter(self._mine())
        # Text: categories of one table are not those of another.
        found = found.with_columns(pl.col("device_id").cast(pl.String))
        both = found if self._readings is None else pl.concat([self._readings, found])
        kept = readings_of(both).group_by("connector_id", maintain_order=True).tail(self._last)
        self._readings = kept.select(COLUMNS).with_columns(pl.col("device_id").cast(pl.String))
        return self

    def _mine(self) -> pl.Expr:
        mine = pl.col("device_id").cast(pl.String) == self.device_id
        return mine if self.connector_id is None else mine & (pl.col("connector_id") == self.connector_id)

    def _note(self, gaps: Gaps) -> None:
        told = GapTable(gaps) if isinstance(gaps, Sequence) else gaps
        found = table(told, "gaps", ["device_id", "last_timestamp", "next_timestamp"])
        found = found.with_columns(pl.col("device_id").cast(pl.String)).filter(pl.col("device_id") == self.device_id)
        both = found if self._gaps is None else pl.concat([self._gaps, found])
        # Told as it opens and as it ends: what was told last holds.
        self._gaps = both.unique("last_timestamp", keep="last", maintain_order=True)

    @property
    def lines(self) -> list[Line]:
        """What is shown of each connector, by its number."""
        if self._readings is None:
            return []
        steps = steps_of(self._readings, self._max_gap, self._gaps)
        seen = {(row[0], row[1]) for row in steps.drop_nulls("power").select("connector_id", "begin").iter_rows()}
        lines: list[Line] = []
        for (connector,), part in readings_of(self._readings).group_by("connector_id", maintain_order=True):
            rows = part.select("at", pl.when(pl.col("power").is_finite()).then("power")).rows()
            runs: list[list[tuple[float, float]]] = []
            joined = False
            for at, power in rows:
                if power is not None:
                    point = ((at - rows[0][0]) / 1e6, power)
                    runs[-1].append(point) if joined else runs.append([point])
                joined = power is not None and (connector, at) in seen
            moment: datetime = part["timestamp"][-1]
            lines.append(Line(int(str(connector)), runs, rows[-1][1], moment, self._is_observed(moment)))
        return lines

    def _is_observed(self, since: datetime) -> bool:
        if self._gaps is None:
            return True
        begun = pl.col("last_timestamp").is_null() | (pl.col("last_timestamp") >= since)
        return self._gaps.filter(begun & pl.col("next_timestamp").is_null()).is_empty()

    def _repr_html_(self) -> str:
        name, lines = short(self.device_id), self.lines
        if not lines:
            return f"<p>{escape(name)}: no readings</p>"
        rows = (f"<td>#{line.connector_id}</td><td>{self._svg(line)}</td>{_value(line)}" for line in lines)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        caption = f"{name}, power up to {max(line.at for line in lines):%Y-%m-%d %H:%M:%S} UTC"
        head = f'<caption style="white-space:nowrap">{escape(caption)}</caption>'
        return f"<table>{head}<tbody>{body}</tbody></table>"

    def _svg(self, line: Line) -> str:
        points = [point for run in line.runs for point in run]
        end = max((point[0] for point in points), default=0.0)
        low = min(0.0, *(point[1] for point in points)) if points else 0.0
        high = max(0.0, *(point[1] for point in points)) if points else 0.0
        wide, tall = (WIDTH - 2 * EDGE) / (end or 1.0), (HEIGHT - 2 * EDGE) / ((high - low) or 1.0)

        def y(power: float) -> str:
            return f"{EDGE + (high - power) * tall:.1f}"

        def path(runs: list[list[tuple[float, float]]], width: float) -> str:
            places = [[f"{EDGE + at * wide:.1f} {y(power)}" for at, power in run] for run in runs]
            # A line to where it is already: round ends make a dot of it.
            drawn = "".join("M" + "L".join(run if len(run) > 1 else run * 2) for run in places)
            ends = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
            return f'<path d="{drawn}" {ends} stroke="currentColor" stroke-width="{width}"/>' if runs else ""

        lines, dots = ([run for run in line.runs if (len(run) == 1) is single] for single in (False, True))
        says = escape(self._says(line, points), quote=True)
        return (
            f'<svg role="img" aria-label="{says}" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
            f"<title>{says}</title>"
            f'<path d="M0 {y(0)}H{WIDTH}" stroke="currentColor" stroke-opacity="0.3"/>'
            f"{path(lines, 1.5)}{path(dots, 4)}</svg>"
        )

    def _says(self, line: Line, points: list[tuple[float, float]]) -> str:
        name = "".join(letter if letter.isprintable() else " " for letter in self.device_id)
        begin = f"Power of {name}, connector {line.connector_id}"
        if not points:
            return f"{begin}: not told"
        low, high = (number(chosen(power for _, power in points), 1) for chosen in (min, max))
        breaks = len(line.runs) - 1
        holes = f", {breaks} break{'s' if breaks > 1 else ''}" if breaks else ""
        powers = f"{len(points)} readings from {low} to {high} kW{holes}"
        return f"{begin}: {powers}; {_last(line)} at {line.at:%H:%M:%S} UTC"

    def __repr__(self) -> str:
        told = ", ".join(f"#{line.connector_id} {_last(line)}" for line in self.lines)
        return f"<Sparkline {short(self.device_id)}: {told or 'no readings'}>"


def _last(line: Line) -> str:
    return f"{number(line.last, 1)} kW"


def _value(line: Line) -> str:
    return f"<td>{_last(line)}{'' if line.observed else ', not observed since'}</td>"


def sparkline(
    telemetry: ArrowStream,
    device_id: str,
    connector_id: int | None = None,
    *,
    gaps: Gaps | None = None,
    max_gap: timedelta | None = MAX_GAP,
    last: int = LAST,
) -> Sparkline:
    """The power of a charger over its `last` readings, as a small picture for a notebook; of one connector, or of all.

    `telemetry` is a batch, a recording's table, or any other table with device_id, connector_id, timestamp and power.
    The line breaks in `gaps` (those of a batch, unless others are given) and between readings that are more than
    `max_gap` apart (``None``: never for that reason).
    """
    return Sparkline(device_id, connector_id, max_gap=max_gap, last=last).add(telemetry, gaps)
