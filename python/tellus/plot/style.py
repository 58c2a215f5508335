"""What the pictures share: colours that everybody can tell apart, axes, and local time."""

# matplotlib's stubs leave the types of many arguments open.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tellus._later import dates, mpl, pl, pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From the palette of Okabe and Ito, and of different lightness: they differ in grey and to every kind of eye.
CHARGING = "#0072B2"
DISCHARGING = "#E69F00"
HATCH = "////"
FAINT = "#808080"
LONGEST_NAME = 22
SIZE = (8.0, 4.5)
"""Inches: 800 x 450 pixels at matplotlib's 100 dots per inch."""


def axes(ax: Axes | None) -> Axes:
    """The axes to draw on, or new ones in a figure of their own."""
    return pyplot.subplots(figsize=SIZE, layout="constrained")[1] if ax is None else ax


def ink() -> str:
    """The colour of text, which is that of lines that stand for all there is."""
    return str(mpl.rcParams["text.color"])


def zone_of(frame: pl.DataFrame, name: str) -> str:
    """The zone of a column of times."""
    kind = frame.schema[name]
    return (kind.time_zone if isinstance(kind, pl.Datetime) else None) or "UTC"


def local_time(ax: Axes, zone: str) -> None:
    """Lets the horizontal axis tell times as clocks there show them."""
    place = ZoneInfo(zone)
    locator = dates.AutoDateLocator(tz=place, minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=place))
    ax.set_xlabel(f"Local time ({zone})")


def short(text: str) -> str:
    """A name that leaves room: the beginning and the end of a long one, without what cannot be printed."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    return clean if len(clean) <= LONGEST_NAME else f"{clean[:12]}…{clean[-8:]}"


def quiet(ax: Axes) -> None:
    """Takes away what says nothing, and puts a faint grid behind the rest."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color=FAINT, alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)


def nothing(ax: Axes, what: str) -> None:
    """Says that there is nothing to show, where an empty frame would leave one in doubt."""
    ax.text(0.5, 0.5, what, transform=ax.transAxes, ha="center", va="center", color=FAINT)


def legend_below(ax: Axes) -> None:
    """A legend that covers nothing."""
    count = len(ax.get_legend_handles_labels()[1])
    columns = count if count <= 5 else -(-count // 2)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=columns, frameon=False)
