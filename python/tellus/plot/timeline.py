"""What connectors did when, and when nobody looked."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tellus._later import dates, pl
from tellus.plot.style import (
    CHARGING,
    DISCHARGING,
    FAINT,
    HATCH,
    axes,
    legend_below,
    local_time,
    nothing,
    short,
    zone_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STATES = {
    "idle": "#C8C8C8",
    "charging": CHARGING,
    "discharging": DISCHARGING,
    "fault": "#882255",
    "unavailable": "#555555",
}
OTHER = "#56B4E9"
"""States that the platform's schema lacks."""
THICK = 0.7


def timeline(states: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """A row of states for each connector, from :func:`tellus.kpi.timeline`; hatched where it was not observed.

    In the table's own zone. Draws on `ax`, or on axes of a new figure; returns them.
    """
    ax = axes(ax)
    ax.spines[["top", "right", "left"]].set_visible(False)
    local_time(ax, zone_of(states, "start"))
    if states.is_empty():
        nothing(ax, "no connectors")
        ax.set_yticks([])
        return ax
    connectors = states.select("device_id", "connector_id").unique(maintain_order=True).with_row_index("row")
    placed = states.join(connectors, on=["device_id", "connector_id"], maintain_order="left")
    found = set(placed["state"])
    # In a fixed order, so that a colour keeps its place from one picture to the next.
    for state in [*STATES, *sorted(found - {*STATES, None}), None]:
        if state not in found:
            continue
        part = placed.filter(pl.col("state").eq_missing(state))
        begin, end = (dates.date2num(part[name].to_list()) for name in ("start", "end"))
        hatched = {"facecolor": "none", "edgecolor": FAINT, "hatch": HATCH}
        look: dict[str, Any] = {"color": STATES.get(state, OTHER)} if state else hatched
        label = short(state).replace("$", r"\$").capitalize() if state else "Not observed"
        ax.barh(part["row"].to_list(), end - begin, THICK, begin, label=label, linewidth=0, **look)
    names = [
        f"{short(device)} #{connector}"
        for device, connector in connectors.select("device_id", "connector_id").iter_rows()
    ]
    ax.set_yticks(range(len(names)), names, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(*dates.date2num([states["start"].min(), states["end"].max()]))
    legend_below(ax)
    return ax
