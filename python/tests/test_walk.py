"""The walk through a history against platforms of all kinds, in memory: no order, bounds or counters are specified."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import tellus
from tellus.walk import AIM_PAGES, MOST_PAGES, Walk, Window

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Platform:
    """A list of records that pages by number, in some order, and may grow between two pages."""

    def __init__(
        self, seed: int, count: int, *, order: str = "newest", bounds: str = "[)", totals: bool = True
    ) -> None:
        self.random = random.Random(seed)
        self.order, self.bounds, self.totals = order, bounds, totals
        self.requests: list[Window] = []
        self.grow: Callable[[], None] = lambda: None
        self.records: list[dict[str, Any]] = []
        for _ in range(count):
            self.add(START, NOW)

    def add(self, start: datetime, end: datetime) -> None:
        # Whole seconds, so that many begin exactly where windows meet.
        second = self.random.randrange(int((end - start).total_seconds()))
        self.records.append(
            {
                "record_id": f"rec_{len(self.records)}",
                "device_id": f"dvc_{self.random.randrange(5)}",
                "connector_id": 1,
                "start_time": (start + timedelta(seconds=second)).isoformat(),
                "energy": 1.0,
            }
        )

    def matching(self, window: Window) -> list[dict[str, Any]]:
        def holds(record: dict[str, Any]) -> bool:
            at = datetime.fromisoformat(record["start_time"])
            after = window.start is None or at > window.start or (at == window.start and self.bounds[0] == "[")
            before = window.end is None or at < window.end or (at == window.end and self.bounds[1] == "]")
            return after and before and window.device in (None, record["device_id"])

        found = [record for record in self.records if holds(record)]
        if self.order == "shuffled":
            return sorted(found, key=lambda record: hash(record["record_id"]))
        return sorted(found, key=lambda record: record["start_time"], reverse=self.order == "newest")

    def begin(self, window: Window) -> Any:
        return Source(self, window)


class Source:
    """What the compiled half does for one window."""

    def __init__(self, platform: Platform, window: Window) -> None:
        self.platform, self.window, self.page, self.done = platform, window, 0, False

    def next_page(self) -> Source:
        return self

    def wait(self) -> tellus.Page[tellus.ChargingRecord] | None:
        if self.done:
            return None
        self.platform.requests.append(self.window)
        found = self.platform.matching(self.window)
        items = found[self.page * 100 : self.page * 100 + 100]
        self.page += 1
        self.done = len(items) < 100 or (self.platform.totals and self.page * 100 >= len(found))
        self.platform.grow()
        if not items:
            return None
        return tellus.Page.from_json(json.dumps(items), len(found) if self.platform.totals else None)


def walk(platform: Platform, devices: list[str] | None = None, end: datetime | None = NOW, **more: Any) -> Walk:
    one = devices[0] if devices and len(devices) == 1 else None
    edge = Window(one, NOW - DAY, end)
    return Walk(platform.begin, [Window(one, START, end)], devices=devices, edge=edge, now=lambda: NOW, **more)


def finish(reading: Walk) -> list[str]:
    while (step := reading.ask()) is not None:
        reading.take(step, step.call.wait())
    return [record.record_id for page in reading.pages for record in page]


def ids(records: Sequence[dict[str, Any]]) -> set[str]:
    return {record["record_id"] for record in records}


@pytest.mark.parametrize("totals", [True, False])
@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("bounds", ["[)", "(]", "[]", "()"])
def test_each_record_comes_once(order: str, bounds: str, totals: bool) -> None:
    platform = Platform(1, 5000, order=order, bounds=bounds, totals=totals)
    found = finish(walk(platform))
    # What begins exactly at an outer bound is the platform's own affair.
    assert len(found) == len(set(found))
    assert set(found) >= ids([record for record in platform.records if record["start_time"] > START.isoformat()])
    lengths = [platform.requests.count(window) for window in set(platform.requests)]
    assert max(lengths) <= MOST_PAGES


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("seed", range(10))
def test_what_was_there_is_found_though_the_list_grows(order: str, seed: int) -> None:
    platform = Platform(seed, 3000, order=order)
    there = ids(platform.records)
    platform.grow = lambda: platform.add(START, NOW) if platform.random.random() < 0.5 else None
    found = finish(walk(platform))
    assert len(found) == len(set(found))
    assert there <= set(found)


def test_what_arrives_late_at_the_edge_is_found() -> None:
    platform = Platform(1, 3000)
    platform.grow = lambda: platform.add(NOW - DAY, NOW) if len(platform.requests) < 25 else None
    found = finish(walk(platform))
    assert set(found) == ids(platform.records)
    assert len(platform.records) == 3024


def test_the_newest_part_comes_first() -> None:
    reading = walk(platform := Platform(1, 5000))
    finish(reading)
    begun = [window.start for window in dict.fromkeys(platform.requests) if window.start]
    # The first look is at all, the last one at the edge.
    assert begun[1:-1] == sorted(begun[1:-1], reverse=True)
    assert begun[-1] == NOW - DAY


def test_a_small_span_is_one_request() -> None:
    platform = Platform(1, 80)
    assert len(finish(walk(platform))) == 80
    assert len(platform.requests) == 1


def test_the_plan_is_about_right() -> None:
    for count in (80, 1500, 9000):
        reading = walk(platform := Platform(1, count))
        step = reading.ask()
        assert step is not None
        reading.take(step, step.call.wait())
        planned = reading.requests + reading.requests_left
        assert reading.total == count
        finish(reading)
        assert reading.requests_left == 0
        assert reading.requests == len(platform.requests)
        assert planned == pytest.approx(reading.requests, rel=0.1)
        assert reading.requests <= count / 100 * (1 + 1 / AIM_PAGES) + 4


def test_few_of_many_chargers_are_asked_for_one_by_one() -> None:
    platform = Platform(1, 5000)
    found = finish(walk(platform, ["dvc_1", "dvc_3"]))
    assert set(found) == ids([record for record in platform.records if record["device_id"] in ("dvc_1", "dvc_3")])
    assert {window.device for window in platform.requests[1:-1]} == {"dvc_1", "dvc_3"}


def test_many_chargers_with_few_records_are_read_together() -> None:
    platform = Platform(1, 350)
    wanted = [f"dvc_{number}" for number in range(4)]
    found = finish(walk(platform, wanted))
    assert set(found) == ids([record for record in platform.records if record["device_id"] in wanted])
    assert {window.device for window in platform.requests} == {None}


def test_one_charger_is_asked_for() -> None:
    platform = Platform(1, 5000)
    found = finish(walk(platform, ["dvc_2"]))
    assert set(found) == ids([record for record in platform.records if record["device_id"] == "dvc_2"])
    assert {window.device for window in platform.requests} == {"dvc_2"}


def test_an_answer_that_never_came_is_asked_for_again() -> None:
    reading = walk(platform := Platform(1, 2500))
    for _ in range(3):
        assert reading.ask() is not None
    assert len(finish(reading)) == 2500
    assert reading.requests == len(platform.requests)


def test_two_readers_of_one_walk_share_its_requests() -> None:
    reading = walk(platform := Platform(1, 2500))
    while (step := reading.ask()) is not None:
        other = reading.ask()
        assert other is not None
        page, more = step.call.wait(), other.call.wait()
        reading.take(other, more)
        reading.take(step, page)
    found = [record.record_id for page in reading.pages for record in page]
    assert sorted(found) == sorted(ids(platform.records))


def test_a_session_that_ends_meanwhile_has_its_end() -> None:
    platform = Platform(1, 3000)
    edge = [record for record in platform.records if datetime.fromisoformat(record["start_time"]) > NOW - DAY]
    assert edge

    def end() -> None:
        if len(platform.requests) == 20:
            for record in edge:
                record |= {"end_time": NOW.isoformat(), "energy": 2.0}

    platform.grow = end
    notes: list[str] = []
    reading = walk(platform, note=lambda page, left: notes.extend(record.record_id for record in page))
    given: list[str] = []
    while (step := reading.ask()) is not None:
        before = len(reading.pages)
        reading.take(step, step.call.wait())
        given += [record.record_id for page in reading.pages[before:] for record in page]
    # Whoever reads along meets each once; who looks afterwards sees the newest state; and a file is told of both.
    assert len(given) == len(set(given)) == 3000
    final = {record.record_id: record for page in reading.pages for record in page}
    assert len(final) == sum(len(page) for page in reading.pages) == reading.records == 3000
    ended = {record_id for record_id, record in final.items() if record.end_time == NOW and record.energy == 2.0}
    assert ended == ids(edge)
    assert sorted(notes) == sorted([*given, *ended])
