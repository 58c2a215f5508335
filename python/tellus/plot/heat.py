"""When connectors are taken."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

import calendar
import math
from typing import TYPE_CHECKING

from tellus._later import pl
from tellus.plot.style import FAINT, HATCH, axes, ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def heat_map(occupancy: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Occupied share in % by weekday and local hour, from :func:`tellus.kpi.occupancy`.

    Light is busy; the scale ends with the busiest hour. An hour of which the window has none is hatched. Draws on `ax`,
    or on axes of a new figure; returns them.
    """
    ax = axes(ax)
    grid = occupancy.sort("weekday", "hour")["occupied"].to_list()
    week = [[float("nan") if share is None else share for share in grid[24 * day : 24 * day + 24]] for day in range(7)]
    ax.patch.set(facecolor="none", edgecolor=FAINT, hatch=HATCH)
    mesh = ax.pcolormesh(range(25), range(8), week, cmap="cividis", vmin=0, vmax=_top(occupancy), antialiased=False)
    ax.invert_yaxis()
    ax.set_xticks(range(0, 25, 3))
    ax.set_yticks([day + 0.5 for day in range(7)], list(calendar.day_abbr))
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Hour of the day, local time")
    bar = ax.figure.colorbar(mesh, ax=ax, label="Occupied [% of connector-time]")
    bar.outline.set_edgecolor(ink())
    return ax


def _top(occupancy: pl.DataFrame) -> float:
    """The end of the scale: a site that is seldom busy has its differences, too."""
    most: float = occupancy.select(pl.col("occupied").max().fill_null(0)).item()
    return min(100.0, 10.0 * max(1, math.ceil(most / 10)))
