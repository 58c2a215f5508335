"""Energy over time and place, and V2G."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import SESSIONS, START, Drawn, at, fleet, many, record, records

import tellus
from tellus import kpi

LONDON = kpi.Window.days(date(2026, 3, 28), date(2026, 3, 30), "Europe/London")


def test_a_session_across_midnight_and_a_lost_hour() -> None:
    # Local 23:00 to 03:00: 1 h on the 28th, and 2 h on the 29th, whose 01:00 to 02:00 there never was.
    days = kpi.energy(records(record("03-28 23:00", "03-29 02:00", 30.0)), LONDON)
    assert days["hours"].to_list() == [24, 23, 24]
    assert days["charged"].to_list() == pytest.approx([10, 20, 0])
    assert days["sessions"].to_list() == [1, 0, 0]
    assert days["time"].dt.to_string("%F %R %z").to_list() == [
        "2026-03-28 00:00 +0000",
        "2026-03-29 00:00 +0000",
        "2026-03-30 00:00 +0100",
    ]
    hours = kpi.energy(records(record("03-28 23:00", "03-29 02:00", 30.0)), LONDON, "hour").filter(
        pl.col("charged") > 0
    )
    assert hours["time"].dt.hour().to_list() == [23, 0, 2]


def test_a_repeated_hour_is_told_twice() -> None:
    window = kpi.Window.days(date(2026, 10, 25), date(2026, 10, 25), "Europe/London")
    hours = kpi.energy(records(record("10-25 00:00", "10-25 02:00", 8.0)), window, "hour")
    assert hours.height == 25
    # 00:00 to 02:00 in UTC are 01:00 to 02:00 twice, by the clock on the wall.
    assert hours.filter(pl.col("charged") > 0)["time"].dt.to_string("%R %z").to_list() == ["01:00 +0100", "01:00 +0000"]


def test_the_windows_edges_cut() -> None:
    window = kpi.Window(at("01-01 00:00"), at("01-01 02:00"))
    table = records(
        record("12-31 00:00", "12-31 01:00"),
        # Ends where the window begins, begins where it ends: both outside.
        record("01-01 02:00", "01-01 03:00", 5.0),
        record("01-01 01:00", "01-01 03:00", 8.0),
        # A moment with energy lies in the bucket it begins in.
        record("01-01 00:00", "01-01 00:00", 1.0),
        # Ends before it begins: a moment, too.
        record("01-01 00:30", "01-01 00:10", 2.0),
    )
    total = kpi.energy(table, window, None)
    assert total.row(0)[1:] == (2.0, 7.0, 0.0, 7.0, 3, 0)


def test_open_sessions_last_as_long_as_said() -> None:
    table = records(record("01-01 00:00", None, 6.0))
    window = kpi.Window(at("01-01 01:00"), at("01-01 02:00"))
    assert kpi.energy(table, window, None)["charged"].item() == pytest.approx(3)
    later = kpi.Window(window.start, window.end, open_until=at("01-01 06:00"))
    assert kpi.energy(table, later, None)["charged"].item() == pytest.approx(1)
    before = kpi.Window(window.start, window.end, open_until=at("01-01 00:30"))
    assert kpi.energy(table, before, None)["charged"].item() == 0


def test_nothing_is_nothing() -> None:
    empty = kpi.energy(records(), LONDON)
    assert empty["charged"].to_list() == [0, 0, 0]
    assert kpi.energy(records(), LONDON, by="device").height == 0
    whole = fleet(("a", 1, "s", None), ("b", 1, "t", None))
    assert kpi.energy(records(), LONDON, None, "site", whole)["site_id"].to_list() == ["s", "t"]


def test_what_is_not_told_is_counted() -> None:
    table = records(record("03-28 10:00", "03-28 11:00")).with_columns(energy=pl.lit(None, pl.Float64))
    told = kpi.energy(table, LONDON, None)
    assert told.select("charged", "sessions", "unmetered").row(0) == (0, 1, 1)


def test_by_site() -> None:
    table = records(
        record("03-28 10:00", "03-28 11:00", 4.0),
        record("03-28 10:00", "03-28 11:00", 5.0, device_id="b"),
        record("03-28 10:00", "03-28 11:00", 7.0, device_id="elsewhere"),
    )
    whole = fleet(("a", 1, "s", None), ("b", 1, None, None))
    told = kpi.energy(table, LONDON, None, "site", whole)
    assert dict(told.select("site_id", "charged").iter_rows()) == {"s": 4.0, None: 5.0}
    with pytest.raises(tellus.InvalidRequest, match="fleet must be given"):
        kpi.energy(table, LONDON, None, "site")
    with pytest.raises(tellus.InvalidRequest, match="by must be one of"):
        kpi.energy(table, LONDON, None, "town")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("energy", "others", "exported"),
    [
        (-6.0, {}, 6),
        # The same session from a platform that counts energy without its sign.
        (6.0, {"avg_power": -12.0}, 6),
        (6.0, {"max_power": -12.0}, 6),
        (6.0, {"avg_power": 0.0, "max_power": -12.0}, 6),
        (6.0, {"cost": -2.0}, 6),
        # Power is the stronger witness: it charged, and somebody paid for it.
        (6.0, {"cost": -2.0, "avg_power": 12.0}, 0),
        (6.0, {"cost": 2.0}, 0),
        (6.0, {}, 0),
    ],
)
def test_what_a_discharge_is(energy: float, others: dict[str, float], exported: float) -> None:
    table = records(record("03-28 10:00", "03-28 10:30", energy, **others))
    assert kpi.v2g(table, LONDON)["exported"].item() == exported
    assert kpi.energy(table, LONDON, None)["net"].item() == (-exported or 6)


def test_v2g_revenue() -> None:
    table = records(
        record("03-28 23:30", "03-29 00:30", -60.0, cost=-18.0),
        record("03-28 10:00", "03-28 11:00", -10.0, cost=1.5),
        record("03-28 10:00", "03-28 11:00", -5.0),
        record("03-28 10:00", "03-28 11:00", 40.0, cost=20.0),
    )
    days = kpi.v2g(table, LONDON, "day")
    assert days.select("sessions", "exported", "discharge_hours", "revenue", "cost", "unpriced").rows() == [
        (3, 45.0, 2.5, 9.0, 1.5, 1),
        (0, 30.0, 0.5, 9.0, 0.0, 0),
        (0, 0.0, 0.0, 0.0, 0.0, 0),
    ]


@given(SESSIONS, st.sampled_from(["hour", "day", "month", timedelta(minutes=45)]), st.integers(1, 5_000))
def test_every_partition_has_the_same_sum(drawn: Drawn, every: str, cut: int) -> None:
    table = many(drawn)
    end = START + timedelta(days=4)
    window = kpi.Window(START, end, "Europe/London")
    total = kpi.energy(table, window, None)
    whole = fleet(("a", 1, "s", None), ("b", 1, "s", None), ("c", 1, None, None))
    middle = START + timedelta(minutes=cut)
    halves = [kpi.Window(START, middle, open_until=end), kpi.Window(middle, end)]
    partitions = [
        kpi.energy(table, window, every),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        kpi.energy(table, window, None, "connector"),
        kpi.energy(table, window, "day", "site", whole),
        pl.concat([kpi.energy(table, half, None).drop("time") for half in halves]),
    ]
    for name in ("charged", "discharged", "net", "sessions"):
        for parts in partitions:
            assert parts[name].sum() == pytest.approx(total[name].item(), abs=1e-9)
    assert total["net"].item() == pytest.approx(total["charged"].item() - total["discharged"].item(), abs=1e-9)
    assert kpi.v2g(table, window)["exported"].item() == pytest.approx(total["discharged"].item(), abs=1e-9)
