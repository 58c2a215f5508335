"""Power over time."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING

from tellus._later import dates, pl
from tellus.plot.style import (
    CHARGING,
    DISCHARGING,
    FAINT,
    HATCH,
    axes,
    ink,
    legend_below,
    local_time,
    nothing,
    quiet,
    zone_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def load_curve(load: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """A load curve in kW, from :func:`tellus.kpi.load_curve` or :func:`tellus.kpi.measured_load`.

    Charging above the line, discharging (V2G) below it, and what the grid sees of both as a line. Hatched is what was
    not observed at all. In the table's own zone. Draws on `ax`, or on axes of a new figure; returns them.
    """
    ax = axes(ax)
    quiet(ax)
    ax.set_ylabel("Mean power [kW]")
    local_time(ax, zone_of(load, "time"))
    if load.is_empty():
        nothing(ax, "no time, no load")
        return ax
    begin = [float(dates.date2num(time)) for time in load["time"]]
    edges = [*begin, begin[-1] + load["hours"][-1] / 24]
    flows = (("charging", 1, CHARGING), ("discharging", -1, DISCHARGING))
    for name, sign, colour in flows:
        known = (load[name] * sign).fill_null(0)
        if name == "charging" or (known != 0).any():
            ax.stairs(known, edges, fill=True, color=colour, alpha=0.75, linewidth=0, label=name.capitalize())
    ax.stairs(load["net"].fill_null(float("nan")), edges, baseline=None, color=ink(), linewidth=1.0, label="Net")
    label: str | None = "Not observed"
    for start, end in _unknown(load, edges):
        ax.axvspan(start, end, facecolor="none", edgecolor=FAINT, hatch=HATCH, linewidth=0, label=label)
        label = None
    ax.axhline(0, color=FAINT, linewidth=0.8)
    ax.set_xlim(edges[0], edges[-1])
    legend_below(ax)
    return ax


def _unknown(load: pl.DataFrame, edges: list[float]) -> list[tuple[float, float]]:
    """Where nothing is known, neighbours as one."""
    found: list[tuple[float, float]] = []
    for index, power in enumerate(load["net"]):
        if power is None:
            start = found.pop()[0] if found and found[-1][1] == edges[index] else edges[index]
            found.append((start, edges[index + 1]))
    return found
