"""Sessions one by one, with and without telemetry."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from made import at, readings, record, records

import tellus
from tellus import kpi

HOUR = record("03-28 10:00", "03-28 11:00", 9.0)


def test_without_telemetry() -> None:
    table = records(
        record("03-28 10:00", "03-28 11:30", 15.0, max_power=22.0),
        record("03-28 10:00", "03-28 11:00", -15.0, max_power=-20.0),
        record("03-28 10:00", None, 3.0),
        record("03-28 10:00", "03-28 10:00", 1.0),
        record("03-28 10:00", "03-28 09:00", 1.0),
    )
    told = kpi.sessions(table)
    assert told.select("duration", "energy", "mean_power", "peak_power", "discharge").rows() == [
        (1.5, 15.0, 10.0, 22.0, False),
        (1.0, -15.0, -15.0, -20.0, True),
        (None, 3.0, None, None, False),
        (None, 1.0, None, None, False),
        (None, 1.0, None, None, False),
    ]
    assert told["idle"].null_count() == told["observed"].null_count() == 5
    assert kpi.sessions(records()).height == 0


def test_idle_time_is_what_was_seen_of_it() -> None:
    # A reading a minute: 30 min of 10 kW and 10 min of none; then nothing for 10 min; then 10 min of none.
    first = readings("03-28 10:00", [10.0] * 30 + [0.0] * 11)
    last = readings("03-28 10:50", [0.0] * 11)
    told = kpi.sessions(records(HOUR), pl.concat([first, last]))
    # The minute in which power falls has a mean of 5 kW.
    assert told["idle"].item() == pytest.approx(20 / 60)
    assert told["observed"].item() == pytest.approx(50 / 60 * 100)
    assert told["peak_power"].item() == 10.0
    patient = kpi.sessions(records(HOUR), pl.concat([first, last]), max_gap=None)
    assert (patient["idle"].item(), patient["observed"].item()) == pytest.approx((30 / 60, 100))
    greedy = kpi.sessions(records(HOUR), first, idle_below=10.5)
    assert greedy["idle"].item() == pytest.approx(40 / 60)


def test_gaps_are_not_seen() -> None:
    seen = readings("03-28 10:00", [0.0] * 61)
    holes = [("a", None, "10:10"), ("a", "10:20", "10:30"), ("a", "10:22", "10:25"), ("b", None, None)]
    gaps = pl.DataFrame(
        [(device, start and at(f"03-28 {start}"), end and at(f"03-28 {end}")) for device, start, end in holes],
        schema={"device_id": pl.String} | dict.fromkeys(("last_timestamp", "next_timestamp"), pl.Datetime("us", "UTC")),
        orient="row",
    )
    assert kpi.sessions(records(HOUR), seen, gaps=gaps)["idle"].item() == pytest.approx(40 / 60)
    forever = gaps.with_columns(next_timestamp=pl.lit(None, pl.Datetime("us", "UTC")))
    assert kpi.sessions(records(HOUR), seen, gaps=forever)["observed"].item() is None
    assert kpi.sessions(records(HOUR), seen, gaps=[])["observed"].item() == pytest.approx(100)


def test_steps_are_cut_at_the_sessions_edges() -> None:
    # Readings at odd times: 10 s before the session, and every 40 s from then on.
    seen = readings("03-28 09:50", [0.0] * 200, timedelta(seconds=40)).with_columns(
        pl.col("timestamp") + timedelta(seconds=10)
    )
    overlapping = [
        HOUR,
        record("03-28 10:30", "03-28 11:30"),
        {**HOUR, "device_id": "b"},
        record("03-28 09:00", "03-28 09:30"),
    ]
    told = kpi.sessions(records(*overlapping), seen)
    assert told["idle"].to_list() == [pytest.approx(1), pytest.approx(1), None, None]
    assert told["observed"].to_list() == [pytest.approx(100), pytest.approx(100), None, None]


def test_readings_in_any_order_and_twice() -> None:
    seen = readings("03-28 10:00", [5.0] * 61)
    shuffled = pl.concat([seen, seen.head(7)]).sample(fraction=1, shuffle=True, seed=3)
    assert kpi.sessions(records(HOUR), shuffled)["observed"].item() == pytest.approx(100)
    unattributed = seen.with_columns(connector_id=pl.lit(None, pl.UInt32))
    assert kpi.sessions(records(HOUR), unattributed)["observed"].item() is None
    unpowered = seen.with_columns(power=pl.lit(None, pl.Float64))
    assert kpi.sessions(records(HOUR), unpowered)["observed"].item() is None
    assert kpi.sessions(records(HOUR), seen.clear())["observed"].item() is None


def test_a_gap_must_have_a_length() -> None:
    with pytest.raises(tellus.InvalidRequest, match="max_gap must be longer than nothing"):
        kpi.sessions(records(HOUR), readings("03-28 10:00", [1.0]), max_gap=timedelta(0))
