"""How many at once, how much power when, how much of it all is used."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from made import SESSIONS, START, Drawn, at, fleet, many, readings, record, records

import tellus
from tellus import kpi

DAY = kpi.Window.days(date(2026, 3, 28), date(2026, 3, 28))
WHOLE = fleet(("a", 1, "s", 22.0), ("b", 1, "s", 100.0), ("b", 2, "s", 100.0), ("c", 1, "t", None))


def test_concurrency() -> None:
    table = records(
        record("03-27 23:00", "03-28 01:00"),
        record("03-28 01:00", "03-28 02:00"),
        record("03-28 01:30", "03-28 03:00"),
        record("03-28 05:00", "03-28 05:00"),
        record("03-28 22:00", None),
    )
    steps = kpi.concurrency(table, DAY)
    assert [(f"{start:%H:%M}", running) for start, _, running in steps.iter_rows()] == [
        ("00:00", 1),
        ("01:30", 2),
        ("02:00", 1),
        ("03:00", 0),
        ("22:00", 1),
    ]
    assert steps["end"].to_list() == [*steps["start"].to_list()[1:], DAY.end]
    assert kpi.concurrency(records(), DAY).rows() == [(DAY.start, DAY.end, 0)]
    assert kpi.concurrency(table, DAY, fleet(("b", 1, None, None)))["running"].to_list() == [0]


@given(SESSIONS)
def test_the_integral_of_concurrency_is_the_sum_of_durations(drawn: Drawn) -> None:
    window = kpi.Window(START, START + timedelta(days=4))
    steps = kpi.concurrency(many(drawn), window)
    integral = sum(((end - start) * running for start, end, running in steps.iter_rows()), timedelta())
    durations = timedelta()
    for start, length, _, _, is_open in drawn:
        begin = START + timedelta(minutes=start)
        end = window.end if is_open else begin + timedelta(minutes=length)
        durations += max(min(end, window.end) - max(begin, window.start), timedelta())
    assert integral == durations
    assert steps["running"].min() >= 0  # type: ignore[operator]  # pyright: ignore[reportOptionalOperand, reportOperatorIssue]
    assert (steps["start"][0], steps["end"][-1]) == (window.start, window.end)
    curve = kpi.load_curve(many(drawn), window)
    assert (curve["net"] * curve["hours"]).sum() == pytest.approx(
        kpi.energy(many(drawn), window, None)["net"].item(), abs=1e-6
    )


def test_load_from_records() -> None:
    table = records(record("03-28 00:00", "03-28 01:00", 10.0), record("03-28 00:30", "03-28 01:30", -4.0))
    curve = kpi.load_curve(table, DAY, timedelta(minutes=30)).head(4)
    assert curve["charging"].to_list() == pytest.approx([10, 10, 0, 0])
    assert curve["discharging"].to_list() == pytest.approx([0, 4, 4, 0])
    assert curve["net"].to_list() == pytest.approx([10, 6, -4, 0])


def test_load_from_telemetry() -> None:
    # From 00:00 to 00:30 power rises from 0 to 30 kW in a straight line; the other connector is heard of once.
    seen = pl.concat(
        [readings("03-28 00:00", [float(n) for n in range(31)]), readings("03-28 00:10", [-5.0], connector_id=2)]
    )
    curve = kpi.measured_load(seen, DAY).head(3)
    assert curve["net"].to_list() == [pytest.approx(7.5), pytest.approx(22.5), None]
    assert curve["observed"].to_list() == [pytest.approx(50), pytest.approx(50), 0]
    assert kpi.measured_load(seen, DAY, fleet=WHOLE)["observed"][0] == pytest.approx(25)
    back = kpi.measured_load(readings("03-28 00:00", [-6.0] * 31), DAY).head(1)
    assert back.select("charging", "discharging", "net").row(0) == pytest.approx((0, 6, -6))
    assert kpi.measured_load(seen.clear(), DAY)["observed"].to_list() == [0] * 96


def test_load_duration() -> None:
    table = records(record("03-28 00:00", "03-28 06:00", 60.0), record("03-28 03:00", "03-28 06:00", 60.0))
    curve = kpi.load_duration_curve(kpi.load_curve(table, DAY, "hour"))
    assert curve["power"].to_list() == pytest.approx([30] * 3 + [10] * 3 + [0] * 18)
    assert curve["hours"].to_list() == [float(hour) for hour in range(1, 25)]
    assert curve["share"][2] == pytest.approx(12.5)
    with pytest.raises(tellus.InvalidRequest, match="power names no column"):
        kpi.load_duration_curve(kpi.load_curve(table, DAY), "gross")


def test_utilisation() -> None:
    table = records(
        record("03-27 12:00", "03-28 06:00", 180.0),
        # Two records about the same hours of one connector.
        record("03-28 05:00", "03-28 09:00", -8.0),
        record("03-28 05:00", "03-28 07:00", 1.0, device_id="b"),
        record("03-28 05:00", "03-28 07:00", 1.0, device_id="nobody's"),
    )
    seen = readings("03-28 00:00", [20.0] * 61 + [0.0] * 60)
    one = kpi.utilisation(table, DAY, WHOLE, seen, "connector")
    assert one["occupied"].to_list() == pytest.approx([37.5, 200 / 24, 0, 0])
    assert one["throughput"].to_list() == pytest.approx([68, 1, 0, 0])
    assert one["capacity_factor"].to_list() == [pytest.approx(68 / 528 * 100), pytest.approx(1 / 12), 0, None]
    assert one["observed_hours"].to_list() == [pytest.approx(2), 0, 0, 0]
    # The minute in which it falls counts as charging.
    assert one["charging"].to_list() == [pytest.approx(61 / 120 * 100), None, None, None]
    site = kpi.utilisation(table, DAY, WHOLE, by="site")
    assert site.select("site_id", "connectors", "hours", "occupied_hours").rows() == [("s", 3, 72, 11), ("t", 1, 24, 0)]
    assert site["capacity_factor"].to_list() == [pytest.approx(69 / (122 * 24) * 100), None]
    everything = kpi.utilisation(table, DAY, WHOLE)
    assert everything.select("connectors", "hours", "charging", "capacity_factor").row(0) == (4, 96, None, None)
    assert kpi.utilisation(records(), DAY, WHOLE)["occupied"].item() == 0
    assert kpi.utilisation(table, DAY, WHOLE.clear())["occupied"].item() is None


def test_occupancy_by_weekday_and_hour() -> None:
    # Saturday and the short Sunday; the session fills 23:00 to 03:00 by the clock, of which an hour does not exist.
    window = kpi.Window.days(date(2026, 3, 28), date(2026, 3, 29), "Europe/London")
    table = records(record("03-28 23:00", "03-29 02:00"), record("03-28 23:30", "03-29 00:00"))
    grid = kpi.occupancy(table, window, WHOLE)
    assert grid.height == 7 * 24
    cell = {(weekday, hour): rest for weekday, hour, *rest in grid.iter_rows()}
    assert cell[6, 23] == [4.0, 1.0, 25.0]
    assert cell[7, 0] == [4.0, 1.0, 25.0]
    assert cell[7, 1] == [0.0, 0.0, None]
    assert cell[7, 2] == [4.0, 1.0, 25.0]
    assert cell[7, 3] == [4.0, 0.0, 0.0]
    assert cell[1, 12] == [0.0, 0.0, None]


def test_a_fleet_of_devices(client: tellus.Client, sandbox: tellus.Sandbox) -> None:
    devices = [client.device(device_id) for device_id in sandbox.device_ids]
    table = kpi.fleet(devices, {"TP-DC360": 360.0, devices[0].device_id: 60.0})
    assert table.height == sum(len(device.connectors) for device in devices)
    ratings = dict(table.select("device_id", "rated_power").iter_rows())
    assert ratings[devices[0].device_id] == 60
    other = next(device for device in devices[1:] if device.model == "TP-DC360")
    assert ratings[other.device_id] == 360
    assert None in ratings.values()
    assert kpi.fleet([]).columns == table.columns
    assert kpi.concurrency(records(), kpi.Window(at("01-01 00:00"), at("01-02 00:00")), table)["running"].item() == 0
