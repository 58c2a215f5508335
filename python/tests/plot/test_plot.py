"""Pictures: against kept ones, and what holds for each of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from drawn import FLEET, KEPT, PICTURES, RECORDS, TELEMETRY, WINDOW, draw
from made import fleet, readings, records
from matplotlib import pyplot
from matplotlib.testing.compare import compare_images

from tellus import kpi, plot

TOLERANCE = 8
"""Root mean square over all pixels, of 256: other builds of the font library smooth letters differently."""

AXES: list[tuple[Any, pl.DataFrame, str, str]] = [
    (plot.load_curve, kpi.load_curve(RECORDS, WINDOW), "Local time (Europe/London)", "Mean power [kW]"),
    (plot.heat_map, kpi.occupancy(RECORDS, WINDOW, FLEET), "Hour of the day, local time", ""),
    (plot.session_histogram, kpi.sessions(RECORDS), "Energy of a session [kWh]", "Sessions"),
    (plot.timeline, kpi.timeline(TELEMETRY, WINDOW), "Local time (Europe/London)", ""),
]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    pyplot.close("all")


@pytest.mark.parametrize("name", PICTURES)
def test_the_kept_pictures(name: str, tmp_path: Path) -> None:
    assert compare_images(str(KEPT / f"{name}.png"), str(draw(name, tmp_path)), TOLERANCE) is None


def test_pictures_differ_by_more_than_the_tolerance(tmp_path: Path) -> None:
    other = tmp_path / "load.png"
    other.write_bytes((KEPT / "measured.png").read_bytes())
    assert compare_images(str(KEPT / "load.png"), str(other), TOLERANCE) is not None


@pytest.mark.parametrize(("draw_on", "table", "across", "up"), AXES, ids=lambda value: getattr(value, "__name__", ""))
def test_axes_are_given_or_made(draw_on: Any, table: pl.DataFrame, across: str, up: str) -> None:
    figure, ax = pyplot.subplots()
    assert draw_on(table, ax=ax) is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == (across, up)
    made = draw_on(table)
    assert made.figure is not figure
    assert tuple(made.figure.get_size_inches() * made.figure.dpi) == (800, 450)


@pytest.mark.parametrize(("draw_on", "table", "across", "up"), AXES, ids=lambda value: getattr(value, "__name__", ""))
def test_nothing_can_be_drawn(draw_on: Any, table: pl.DataFrame, across: str, up: str, tmp_path: Path) -> None:
    empty = table.with_columns(occupied=pl.lit(None, pl.Float64)) if draw_on is plot.heat_map else table.clear()
    ax = draw_on(empty)
    ax.figure.savefig(tmp_path / "nothing.png")
    assert (ax.get_xlabel(), ax.get_ylabel()) == (across, up)


def test_ids_are_text_and_no_formula(tmp_path: Path) -> None:
    wicked = r"$\frac{1$ <script>"
    seen = readings("03-28 02:00", [1.0] * 5, device_id=wicked, state=r"$\sta{te$ &")
    ax: Any = plot.timeline(kpi.timeline(seen, WINDOW))
    ax.figure.savefig(tmp_path / "wicked.svg")
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"{wicked} #1"]


def test_long_ids_leave_room(tmp_path: Path) -> None:
    long = readings("03-28 02:00", [1.0] * 5, device_id="0a1b2c3d-\n" + "x" * 500 + "-end", state="s" * 300)
    ax: Any = plot.timeline(kpi.timeline(long, WINDOW))
    ax.figure.savefig(tmp_path / "long.png")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0a1b2c3d- xx…xxxx-end #1"]
    assert ax.get_position().width > 0.5


def test_the_hidden_hour_is_hidden_and_the_unknown_is_hatched() -> None:
    ax = plot.load_curve(kpi.measured_load(TELEMETRY, WINDOW))
    spans = [patch for patch in ax.patches if patch.get_hatch()]
    assert len(spans) >= 3
    # 47 hours: a day and a short one.
    low, high = ax.get_xlim()
    assert (high - low) * 24 == pytest.approx(47)


def test_what_is_not_known_of_sessions_is_told() -> None:
    ax: Any = plot.session_histogram(kpi.sessions(RECORDS), "duration")
    assert ax.get_ylabel() == "Sessions (1 unknown)"
    assert sum(patch.get_height() for patch in ax.patches) >= RECORDS.height - 1
    only = plot.session_histogram(kpi.sessions(RECORDS).filter("discharge"))
    assert [text.get_text() for text in only.get_legend().get_texts()] == ["Discharging", "Median 60"]  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def test_the_heat_maps_scale_ends_with_the_busiest_hour() -> None:
    window = kpi.Window.days(date(2026, 3, 28), date(2026, 4, 3))
    for connectors, top in ((1, 100), (3, 40), (20, 10)):
        whole = fleet(*(("a", number + 1, None, None) for number in range(connectors)))
        mesh: Any = plot.heat_map(
            kpi.occupancy(RECORDS.with_columns(connector_id=pl.lit(1)), window, whole)
        ).collections[0]
        assert mesh.get_clim() == (0, top)
    assert plot.heat_map(kpi.occupancy(records(), window, fleet())).collections


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"this needs matplotlib: pip install 'tellus-sdk\[plot\]'"):
        plot.load_curve(kpi.load_curve(RECORDS, WINDOW))
