"""Windows of time and their buckets."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import made  # noqa: F401
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tellus
from tellus.kpi import Window

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("field", ["start", "end", "open_until"])
def test_naive_times_are_refused_by_name(field: str) -> None:
    times: dict[str, Any] = {"start": BEGIN, "end": BEGIN + timedelta(days=1), "open_until": BEGIN}
    times[field] = times[field].replace(tzinfo=None)
    with pytest.raises(tellus.InvalidRequest, match=rf"{field}\.replace\(tzinfo=datetime\.timezone\.utc\)") as raised:
        Window(**times)
    assert raised.value.details == {"field": field}


def test_what_is_no_window() -> None:
    with pytest.raises(TypeError, match="end must be a datetime, not date"):
        Window(BEGIN, date(2026, 1, 2))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(tellus.InvalidRequest, match="end must be after start"):
        Window(BEGIN, BEGIN)
    for zone in ("Europe/Nowhere", "", "../etc/passwd"):
        with pytest.raises(tellus.InvalidRequest, match="IANA name"):
            Window(BEGIN, BEGIN + timedelta(days=1), zone)


def test_any_zone_is_taken() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    window = Window(datetime(2026, 1, 1, 5, 30, tzinfo=there), datetime(2026, 1, 2, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert (window.start, window.end) == (BEGIN, datetime(2026, 1, 1, 15, tzinfo=UTC))
    assert window.hours == 15


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/London", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 3, 8), "America/New_York", 23),
        (date(2026, 11, 1), "America/Havana", 25),
        (date(2026, 4, 5), "Australia/Lord_Howe", 24.5),
        (date(2026, 10, 4), "Australia/Lord_Howe", 23.5),
        (date(2018, 11, 4), "America/Sao_Paulo", 23),
        (date(2011, 12, 31), "Pacific/Apia", 24),
        (date(2026, 6, 1), "Asia/Kolkata", 24),
    ],
)
def test_a_local_day(day: date, zone: str, hours: float) -> None:
    window = Window.days(day, day, zone)
    assert window.hours == hours
    assert len(window.edges("day")) == 2
    edges = window.edges("hour")
    assert len(edges) - 1 == -(-hours // 1)
    assert window.start.astimezone(ZoneInfo(zone)).date() == day
    assert (window.end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == day


def test_buckets_are_cut_to_the_window() -> None:
    window = Window(datetime(2026, 1, 30, 22, 30, tzinfo=UTC), datetime(2026, 3, 1, 0, 30, tzinfo=UTC), "Europe/Berlin")
    assert [f"{edge:%m-%d %H:%M}" for edge in window.edges("month")] == [
        "01-30 22:30",
        "01-31 23:00",
        "02-28 23:00",
        "03-01 00:30",
    ]
    assert len(window.edges("day")) == 1 + 30 + 1
    assert window.edges(None) == [window.start, window.end]


@pytest.mark.parametrize("every", [timedelta(0), timedelta(seconds=-1), timedelta(days=2), timedelta(microseconds=1)])
def test_steps_that_make_no_sense(every: timedelta) -> None:
    with pytest.raises(tellus.InvalidRequest) as raised:
        Window(BEGIN, BEGIN + timedelta(days=365)).edges(every)
    assert raised.value.details == {"field": "every"}


@given(
    start=st.datetimes(datetime(1990, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),
    length=st.timedeltas(timedelta(microseconds=1), timedelta(days=40)),
    zone=st.sampled_from(["UTC", "Europe/London", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca"]),
    every=st.sampled_from(["hour", "day", "month", timedelta(minutes=15), timedelta(hours=7)]),
)
def test_buckets_cover_the_window_in_order(start: datetime, length: timedelta, zone: str, every: timedelta) -> None:
    edges = Window(start, start + length, zone).edges(every)
    assert (edges[0], edges[-1]) == (start, start + length)
    assert all(one < other for one, other in itertools.pairwise(edges))
