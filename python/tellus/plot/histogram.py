"""How sessions are spread over sizes."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tellus._later import pl
from tellus.plot.style import CHARGING, DISCHARGING, axes, ink, legend_below, nothing, quiet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABELS = {
    "energy": "Energy of a session [kWh]",
    "duration": "Duration of a session [h]",
    "mean_power": "Mean power of a session [kW]",
    "peak_power": "Peak power of a session [kW]",
    "idle": "Time without power in a session [h]",
}
BINS = 30


def session_histogram(
    sessions: pl.DataFrame,
    what: Literal["energy", "duration", "mean_power", "peak_power", "idle"] = "energy",
    ax: Axes | None = None,
    *,
    bins: int = BINS,
) -> Axes:
    """How many sessions are how large, from :func:`tellus.kpi.sessions`; discharges (V2G) stacked on charges.

    Magnitudes are shown; the dashed line is the median of all. Sessions for which the number is not known are left out,
    and the vertical axis says how many those are. Draws on `ax`, or on axes of a new figure; returns them.
    """
    ax = axes(ax)
    quiet(ax)
    sizes = sessions.select("discharge", size=pl.col(what).abs())
    known = sizes.drop_nulls()
    missing = sizes.height - known.height
    ax.set_xlabel(LABELS[what])
    ax.set_ylabel(f"Sessions ({missing:,} unknown)" if missing else "Sessions")
    if known.is_empty():
        nothing(ax, "no sessions")
        return ax
    kinds = [known.filter(~pl.col("discharge"))["size"], known.filter("discharge")["size"]]
    shown = [index for index in (0, 1) if len(kinds[index])]
    ax.hist(
        [kinds[index].to_list() for index in shown],
        bins=bins,
        stacked=True,
        color=[(CHARGING, DISCHARGING)[index] for index in shown],
        label=[("Charging", "Discharging")[index] for index in shown],
    )
    median = float(known.select(pl.col("size").median()).item())
    ax.axvline(median, color=ink(), linestyle="--", linewidth=1.2, label=f"Median {median:.3g}")
    ax.set_xlim(left=0)
    ax.locator_params(axis="y", integer=True)
    legend_below(ax)
    return ax
