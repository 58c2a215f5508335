"""Whether sources agree, and records that look odd."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from made import fleet, readings, record, records

from tellus import kpi

HOUR = ("03-28 10:00", "03-28 11:00")
DAY = kpi.Window.days(date(2026, 3, 28), date(2026, 3, 28))


def test_all_sources_agree() -> None:
    counter = pl.Series("energy_delivered", [0.2 * minute for minute in range(61)])
    seen = readings(HOUR[0], [12.0] * 61).with_columns(counter)
    told = kpi.reconcile(records(record(*HOUR, 12.0, meter_start=100.0, meter_end=112.05)), seen)
    assert told.select("recorded", "metered", "delivered", "integrated", "observed").row(0) == pytest.approx(
        (12, 12.05, 12, 12, 100)
    )
    assert told.select("metered_ok", "delivered_ok", "integrated_ok").row(0) == (True, True, True)


@pytest.mark.parametrize(("meter", "agrees"), [(112.2, True), (112.25, False), (111.8, True), (111.7, False)])
def test_tolerance_is_absolute_and_relative(meter: float, agrees: bool) -> None:
    table = records(record(*HOUR, 12.0, meter_start=100.0, meter_end=meter))
    assert kpi.reconcile(table)["metered_ok"].to_list() == [agrees]
    assert kpi.reconcile(table, absolute=1, relative=0)["metered_ok"].to_list() == [True]


def test_discharges() -> None:
    seen = readings(HOUR[0], [-12.0] * 61, energy_delivered=12.0)
    both = [record(*HOUR, 12.0, avg_power=-12.0, meter_start=100.0, meter_end=112.0), record(*HOUR, -12.0)]
    told = kpi.reconcile(records(both[0]), seen)
    assert told.select("recorded", "integrated").row(0) == pytest.approx((-12, -12))
    assert told.select("metered_ok", "delivered_ok", "integrated_ok").row(0) == (True, True, True)
    # It fed the grid, says power; the record says that it charged.
    wrong = kpi.reconcile(records(record(*HOUR, 12.0, avg_power=12.0)), seen)
    assert wrong["integrated_ok"].to_list() == [False]


def test_what_cannot_be_told_is_null() -> None:
    table = records(record(*HOUR), record(HOUR[0], None))
    half = readings(HOUR[0], [10.0] * 31, energy_delivered=5.0)
    for telemetry in (None, half, half.clear()):
        told = kpi.reconcile(table, telemetry)
        assert told.select("metered_ok", "delivered_ok", "integrated_ok").null_count().sum_horizontal().item() == 6
    told = kpi.reconcile(table, half)
    assert told["observed"].to_list() == [pytest.approx(50), None]
    assert told["integrated"].to_list() == [pytest.approx(5), None]
    lenient = kpi.reconcile(table, half, coverage=50)
    assert lenient["integrated_ok"].to_list() == [False, None]
    assert kpi.reconcile(records(), half).height == 0


def test_the_platforms_sums() -> None:
    table = records(record("03-27 23:00", "03-28 01:00", 20.0), record("03-28 10:00", "03-28 11:00", -3.0))
    series = pl.DataFrame(
        {"time": ["2026-03-27", "2026-03-28"], "charge_energy": [10.0, 10.0], "discharge_energy": [0.0, 3.5]}
    )
    window = kpi.Window.days(date(2026, 3, 27), date(2026, 3, 29))
    told = kpi.reconcile_series(table, window, series, "day")
    assert told["platform_charged"].to_list() == [10, 10, 0]
    assert told["charged_ok"].to_list() == [True, True, True]
    assert told["discharged_ok"].to_list() == [True, False, True]
    missing = kpi.reconcile_series(table, window, series.head(1), "day")
    assert missing["charged_ok"].to_list() == [True, False, True]


@pytest.mark.parametrize(
    "label", ["2026-03-28T10:00:00Z", "2026-03-28T11:00:00+01:00", "2026-03-28T11:00:00", "2026-03-28 11:00"]
)
def test_labels_of_hours(label: str) -> None:
    window = kpi.Window.days(date(2026, 3, 28), date(2026, 3, 28), "Europe/Berlin")
    series = pl.DataFrame({"time": [label, None, "soon"], "charge_energy": [4.0, 9.0, 9.0]})
    told = kpi.reconcile_series(records(record(*HOUR, 4.0)), window, series, "hour")
    assert told.filter(pl.col("charged") > 0)["charged_ok"].to_list() == [True]
    assert told["platform_charged"].sum() == 4


def warnings(*rows: dict[str, object]) -> list[tuple[str, str]]:
    whole = fleet(("a", 1, None, 50.0), ("b", 1, None, None))
    found = kpi.validate(records(*rows), whole)
    return list(found.select("record_id", "warning").iter_rows())


def test_nothing_odd() -> None:
    assert warnings() == []
    limits = [
        record("03-28 10:00", "03-28 10:01", 0.5),
        record("03-01 10:00", "03-03 10:00", 250.0, max_power=50.0),
        record("03-28 10:00", "03-28 11:00", 50.0, avg_power=-50.0),
        # Not judged: it runs, and the charger's rating is not known.
        record("03-28 10:00", None, 0.0),
        record("03-28 10:00", "03-28 11:00", 200.0, device_id="b"),
        record("03-28 10:00", "03-28 11:00", 200.0, device_id="nobody's"),
    ]
    assert warnings(*limits) == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (record("03-28 10:00", "03-28 10:00", 0.5), ["short"]),
        (record("03-28 10:00", "03-28 09:00", 0.5), ["short", "backwards"]),
        (record("03-01 10:00", "03-03 10:01", 10.0), ["long"]),
        (record("03-28 10:00", "03-28 11:00", 0.49), ["little"]),
        (record("03-28 10:00", "03-28 11:00", -0.49), ["little"]),
        (record("03-01 10:00", "03-02 10:00", -250.1), ["much"]),
        (record("03-01 10:00", None, 250.1), ["much"]),
        (record("03-28 10:00", "03-28 11:00", 50.1), ["power"]),
        (record("03-28 10:00", "03-28 11:00", 40.0, avg_power=-50.1), ["power"]),
        (record("03-28 10:00", "03-28 11:00", 40.0, max_power=-50.1), ["peak"]),
    ],
)
def test_odd_records(row: dict[str, object], expected: list[str]) -> None:
    assert warnings(row) == [("r0", warning) for warning in expected]


def test_a_mean_that_is_computed_is_not_odd_by_rounding() -> None:
    # At its rating of 60 kW for some minutes: for some of them, energy by hours is a hair more.
    rows = [record("03-28 10:00", f"03-28 10:{minutes}", float(minutes)) for minutes in range(10, 60)]
    assert max(minutes / (minutes / 60) for minutes in range(10, 60)) > 60
    assert kpi.validate(records(*rows), fleet(("a", 1, None, 60.0))).is_empty()


def test_duplicates_and_the_numbers_behind_a_warning() -> None:
    twice = record("03-28 10:00", "03-28 11:00", record_id="same")
    unnamed = record("03-28 10:00", "03-28 11:00", record_id=None)
    assert warnings(twice, twice, twice, unnamed, unnamed) == [("same", "duplicate"), ("same", "duplicate")]
    found = kpi.validate(records(record("03-28 10:00", "03-28 10:30", 300.0)))
    assert found.columns == ["record_id", "device_id", "connector_id", "warning", "value", "limit", "unit"]
    assert found.rows() == [("r0", "a", 1, "much", 300.0, 250.0, "kWh")]


def test_a_step_of_the_window_may_be_any() -> None:
    curve = kpi.load_curve(records(record(*HOUR, 6.0)), DAY, timedelta(minutes=7))
    assert (curve["net"] * curve["hours"]).sum() == pytest.approx(6)
