"""The pictures that are kept: ``python tests/plot/drawn.py`` draws them anew into ``kept/``. Look at them before you
commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import polars as pl

mpl.use("Agg")
from made import fleet, readings, record, records
from matplotlib import style

from tellus import kpi, plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEPT = Path(__file__).with_name("kept")
# The day on which London's clocks go forward, and the one before.
WINDOW = kpi.Window.days(date(2026, 3, 28), date(2026, 3, 29), "Europe/London")
FLEET = fleet(("a", 1, "s", 50.0), ("a", 2, "s", 50.0))
RECORDS = records(
    *(
        record(f"03-28 {hour:02}:10", f"03-28 {hour + 2:02}:40", 8.0 + 3 * hour, connector_id=1 + hour % 2)
        for hour in range(6, 21, 3)
    ),
    record("03-28 22:30", "03-29 05:00", -60.0, cost=-18.0),
    record("03-29 10:00", None, 20.0, connector_id=2),
)
TELEMETRY = pl.concat(
    [
        readings("03-28 02:00", [10.0] * 200 + [0.0] * 60 + [-20.0] * 300),
        readings("03-28 16:00", [22.0] * 180 + [0.0] * 400),
        readings("03-28 06:00", [0.0] * 240, connector_id=2, state="fault"),
        readings("03-28 10:00", [0.0] * 240, connector_id=2, state="preparing"),
        readings("03-28 20:00", [0.0] * 900, connector_id=2, state="unavailable"),
    ]
)

PICTURES: dict[str, Callable[[], Axes]] = {
    "load": lambda: plot.load_curve(kpi.load_curve(RECORDS, WINDOW)),
    "measured": lambda: plot.load_curve(kpi.measured_load(TELEMETRY, WINDOW, timedelta(minutes=30))),
    "heat": lambda: plot.heat_map(kpi.occupancy(RECORDS, WINDOW, FLEET)),
    "histogram": lambda: plot.session_histogram(kpi.sessions(RECORDS), "duration", bins=10),
    "timeline": lambda: plot.timeline(kpi.timeline(TELEMETRY, WINDOW, FLEET)),
}


def draw(name: str, folder: Path) -> Path:
    """Draws a picture in matplotlib's own style, whatever the machine's settings are."""
    path = folder / f"{name}.png"
    with style.context("default"):
        drawn = PICTURES[name]().get_figure(root=True)
        assert drawn is not None
        drawn.savefig(path)
    return path


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    for each in PICTURES:
        print(draw(each, KEPT))
