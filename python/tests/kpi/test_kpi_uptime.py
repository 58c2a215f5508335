"""Uptime as an interval, by the rules of two countries and by common sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import TIME, at, fleet, readings

import tellus
from tellus import kpi

YEAR = timedelta(minutes=525_600)
DAY = kpi.Window.days(date(2026, 3, 28), date(2026, 3, 28))
WHOLE = fleet(("a", 1, "s", None), ("b", 1, "s", None))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_nevi_by_hand() -> None:
    share = kpi.NEVI.measure(YEAR, minutes(16_000), minutes(1_000))
    assert (round(share.low, 4), round(share.high, 4), share.met) == (97.1461, 97.1461, True)


def test_nevi_must_be_greater_than_its_threshold() -> None:
    exactly = kpi.NEVI.measure(YEAR, minutes(16_768), minutes(1_000))
    assert (exactly.figure, exactly.met) == (97.0, False)
    assert kpi.NEVI.measure(YEAR, minutes(15_768) - timedelta(microseconds=1)).met is True
    assert replace(kpi.NEVI, above=False).measure(YEAR, minutes(15_768)).met is True


def test_nevi_says_nothing_about_the_unknown() -> None:
    share = kpi.NEVI.measure(YEAR, minutes(15_000), unknown=minutes(1_000))
    assert (share.figure, share.met) == (None, None)
    assert share.high == pytest.approx(97.14612)
    assert share.low == pytest.approx(96.95586)
    assert kpi.NEVI.measure(YEAR, minutes(15_768), unknown=minutes(9)).met is False
    assert kpi.NEVI.measure(YEAR, minutes(1_000), unknown=minutes(9)).met is True


def test_uk_by_hand() -> None:
    share = kpi.UK_2023.measure(timedelta(hours=8_760), timedelta(hours=10), unknown=timedelta(hours=10))
    assert share.figure is not None
    assert (round(share.figure, 4), round(share.high, 4), round(share.low, 4)) == (99.8858, 99.8858, 99.7717)
    assert share.met is True
    assert kpi.UK_2023.measure(timedelta(hours=100), timedelta(hours=1)).met is True
    assert kpi.UK_2023.measure(timedelta(hours=100), timedelta(hours=1, microseconds=1)).met is False


def test_uk_hours_that_are_closed_do_not_count() -> None:
    # Open for half of the time: the same outage weighs twice.
    share = kpi.UK_2023.measure(timedelta(hours=200), timedelta(hours=1), excluded=timedelta(hours=100))
    assert share.figure == 99.0


def test_no_threshold_is_never_met() -> None:
    assert kpi.ONLINE.measure(YEAR, minutes(0)).met is None
    assert kpi.ONLINE.measure(YEAR, minutes(525.6)).figure == pytest.approx(99.9)


@pytest.mark.parametrize(
    ("definition", "times", "field"),
    [
        (kpi.NEVI, (YEAR, minutes(-1)), "down"),
        (kpi.NEVI, (YEAR, minutes(1), minutes(2)), "excluded"),
        (kpi.NEVI, (YEAR, minutes(1), minutes(0), minutes(-1)), "unknown"),
        (kpi.NEVI, (minutes(0), minutes(0)), "total"),
        (kpi.ONLINE, (minutes(5), minutes(3), minutes(0), minutes(3)), "total"),
        (kpi.UK_2023, (minutes(5), minutes(0), minutes(5)), "total"),
    ],
)
def test_times_that_cannot_be(definition: kpi.Definition, times: tuple[timedelta, ...], field: str) -> None:
    with pytest.raises(tellus.InvalidRequest) as raised:
        definition.measure(*times)
    assert raised.value.details == {"field": field}


@given(
    st.sampled_from([kpi.NEVI, kpi.UK_2023, kpi.ONLINE]),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=400)), min_size=4, max_size=4),
)
def test_low_is_never_above_high(definition: kpi.Definition, times: list[timedelta]) -> None:
    up, down, excluded, unknown = times
    total = up + down + unknown + (excluded if definition.excluded == "removed" else timedelta(0))
    if up + down + unknown == timedelta(0):
        return
    share = definition.measure(
        total, down, min(excluded, down) if definition.excluded == "forgiven" else excluded, unknown
    )
    assert 0 <= share.low <= share.high <= 100
    assert share.figure is None or share.low <= share.figure <= share.high
    assert unknown or share.low == share.high == share.figure
    known = definition.measure(total, down + unknown, excluded if definition.excluded == "removed" else timedelta(0))
    assert share.low >= known.low


def states(*runs: tuple[str, str, str | None], device: str = "a") -> pl.DataFrame:
    rows = [(device, 1, moment(start), moment(end), state) for start, end, state in runs]
    schema: dict[str, Any] = {
        "device_id": pl.String,
        "connector_id": pl.Int64,
        "start": TIME,
        "end": TIME,
        "state": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def moment(clock: str) -> datetime:
    return DAY.end if clock == "24:00" else at(f"03-28 {clock}")


def test_a_timeline_has_no_holes() -> None:
    seen = pl.concat(
        [
            readings("03-28 01:00", [0.0, 0.0, 0.0, 7.0, 7.0]),
            readings("03-28 03:00", [7.0, 7.0]),
            readings("03-28 23:59", [0.0, 0.0, 0.0]),
        ]
    )
    line = kpi.timeline(seen, DAY, WHOLE)
    assert [(device, f"{start:%H:%M}", state) for device, _, start, _, state in line.iter_rows()] == [
        ("a", "00:00", None),
        ("a", "01:00", "idle"),
        ("a", "01:03", "charging"),
        ("a", "01:04", None),
        ("a", "03:00", "charging"),
        ("a", "03:01", None),
        ("a", "23:59", "idle"),
        ("b", "00:00", None),
    ]
    for part in line.partition_by("device_id"):
        assert (part["start"][0], part["end"][-1]) == (DAY.start, DAY.end)
        assert part["end"].to_list()[:-1] == part["start"].to_list()[1:]
    assert kpi.timeline(seen, DAY)["device_id"].unique().to_list() == ["a"]
    patient = kpi.timeline(seen, DAY, max_gap=None)
    assert [(f"{start:%H:%M}", state) for start, state in patient.select("start", "state").iter_rows()] == [
        ("00:00", None),
        ("01:00", "idle"),
        ("01:03", "charging"),
        ("23:59", "idle"),
    ]
    assert kpi.timeline(seen.clear(), DAY).height == 0
    elsewhere = kpi.Window.days(date(2026, 3, 30), date(2026, 3, 30), "Asia/Tokyo")
    assert kpi.timeline(seen, elsewhere)["state"].to_list() == [None]


def test_the_gaps_of_a_stream(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    one = sandbox.device_ids[0]
    batches: list[pl.DataFrame] = []
    ended: list[tellus.Gap] = []
    with client.stream([one]) as stream:
        for batch in stream.batches():
            batches.append(batch.to_polars())
            if len(batches) == 3:
                sandbox.inject("stream_drop")
            ended = [gap for gap in stream.gaps() if gap.cause == "reconnect" and gap.next]
            if ended:
                break
        gaps = stream.gaps()
    seen = pl.concat(batches)
    last, following = ended[0].last, ended[0].next
    assert last is not None
    assert following is not None
    window = kpi.Window(last.timestamp, following.timestamp)
    assert set(kpi.timeline(seen, window, max_gap=None)["state"]) != {None}
    assert set(kpi.timeline(seen, window, max_gap=None, gaps=gaps)["state"]) == {None}


def test_uptime_of_a_timeline() -> None:
    line = pl.concat(
        [
            states(
                ("00:00", "06:00", "idle"),
                ("06:00", "12:00", "fault"),
                ("12:00", "18:00", None),
                ("18:00", "24:00", "preparing"),
            ),
            states(("00:00", "23:00", "charging"), ("23:00", "24:00", "unavailable"), device="b"),
        ]
    )
    ports = kpi.uptime(line, kpi.NEVI)
    assert ports.select("device_id", "total", "down", "unknown", "low", "high", "figure", "met").rows() == [
        ("a", 24, 6, 6, 50.0, 75.0, None, False),
        ("b", 24, 1, 0, pytest.approx(2300 / 24), pytest.approx(2300 / 24), pytest.approx(2300 / 24), False),
    ]
    network = kpi.uptime(line, kpi.UK_2023, None)
    assert network.select("total", "down", "figure").row(0) == (48, 7, pytest.approx(4100 / 48))
    online = kpi.uptime(line, kpi.ONLINE, "site", fleet=WHOLE)
    assert online.select("site_id", "low", "high").row(0) == ("s", pytest.approx(4100 / 48), pytest.approx(4700 / 48))
    assert kpi.uptime(line.clear(), kpi.NEVI).height == 0
    assert kpi.uptime(line.clear(), kpi.NEVI, None)["low"].to_list() == [None]


def test_excluded_time() -> None:
    line = states(("00:00", "06:00", "idle"), ("06:00", "12:00", "fault"), ("12:00", "24:00", None))
    excluded = pl.DataFrame(
        [
            ("a", None, moment("05:00"), moment("08:00")),
            ("a", 1, moment("07:00"), moment("09:00")),
            ("a", 2, moment("09:00"), moment("12:00")),
            ("a", 1, moment("23:00"), moment("24:00")),
            ("b", 1, moment("00:00"), moment("24:00")),
        ],
        schema={"device_id": pl.String, "connector_id": pl.Int64, "start": TIME, "end": TIME},
        orient="row",
    )
    told = ["total", "down", "excluded", "unknown", "low", "high"]
    nevi = kpi.uptime(line, kpi.NEVI, excluded=excluded)
    assert nevi.select(told).row(0) == pytest.approx((24, 6, 3, 11, 10 / 24 * 100, 21 / 24 * 100))
    uk = kpi.uptime(line, kpi.UK_2023, excluded=excluded)
    assert uk.select(told).row(0) == pytest.approx((24, 3, 5, 11, 5 / 19 * 100, 16 / 19 * 100))
    online = kpi.uptime(line, kpi.ONLINE, excluded=excluded)
    assert online.select(told).row(0) == pytest.approx((24, 0, 0, 12, 50, 100))
    always = excluded.tail(1).with_columns(device_id=pl.lit("a"))
    assert kpi.uptime(line, kpi.UK_2023, excluded=always).select("low", "met").row(0) == (None, None)
