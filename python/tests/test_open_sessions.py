"""Charging records of sessions that had not ended when they were read: a platform may list them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support import requests

import tellus

START = datetime.now(UTC) - timedelta(days=10)
PATH = "charging-records"


@pytest.fixture
def platform() -> Iterator[tellus.Sandbox]:
    with tellus.Sandbox(
        query_per_minute=0,
        history_days=3,
        sites=2,
        devices_per_site=30,
        seed=3,
        speed=0.001,
        quirks={"open_sessions": "listed"},
    ) as sandbox:
        sandbox.advance(1800)
        yield sandbox


def under_way(records: dict[str, tellus.ChargingRecord]) -> set[str]:
    return {record_id for record_id, record in records.items() if record.end_time is None}


def by_id(records: tellus.ChargingRecords) -> dict[str, tellus.ChargingRecord]:
    found = list(records)
    named = {record.record_id: record for record in found}
    assert len(named) == len(found)
    return named


@pytest.mark.parametrize("late", [0, 86_400])
def test_a_checkpoint_asks_again_for_what_had_not_ended(platform: tellus.Sandbox, tmp_path: Path, late: float) -> None:
    asked: dict[str, Any] = {"start": START, "checkpoint": tmp_path / "c", "late": late, "page_size": 50}
    with platform.client(query_per_minute=100_000) as client:
        first = by_id(client.charging_records(**asked))
        # Every one of them is there, with what it has so far.
        assert len(under_way(first)) > 5
        assert all(first[record_id].energy for record_id in under_way(first))
        platform.advance(20 * 60)
        second = by_id(client.charging_records(**asked))
        grown = under_way(first) & under_way(second)
        assert grown
        assert all(abs(second[record_id].energy) >= abs(first[record_id].energy) for record_id in grown)
        platform.advance(12 * 3600)
        third = by_id(client.charging_records(**asked))
        assert under_way(first) | under_way(second) <= set(third) - under_way(third)
        fresh = by_id(client.charging_records(start=START))
        assert third == fresh
        table = client.charging_records(**asked).to_polars()
        assert dict(table.select("record_id", "energy").iter_rows()) == {
            record_id: record.energy for record_id, record in fresh.items()
        }


def test_an_old_session_costs_one_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {"start": START, "checkpoint": tmp_path / "c", "late": 0}
    with (
        tellus.Sandbox(query_per_minute=0, seed=3, speed=0.001, quirks={"open_sessions": "listed"}) as platform,
        platform.client(query_per_minute=100_000) as client,
    ):
        # Both clocks move an hour.
        platform.advance(3600)
        monkeypatch.setattr("tellus.records._now", lambda: datetime.now(UTC) + timedelta(hours=1))
        running = by_id(client.charging_records(**asked))
        of = [running[record_id].device_id for record_id in under_way(running)]
        assert 1 < len(of) < 20
        # Each began before what is looked at anyway: it is asked for by itself, as long as it goes on.
        for _ in range(2):
            platform.clear_journal()
            assert by_id(client.charging_records(**asked)) == running
            queries = [entry["query"] for entry in requests(platform, PATH)]
            assert sorted(device for device in set(of) for query in queries if device in query) == sorted(of)
            # The newest part comes before them, and once more in the end.
            assert len(queries) == len(of) + 2
        platform.advance(12 * 3600)
        monkeypatch.setattr("tellus.records._now", lambda: datetime.now(UTC) + timedelta(hours=13))
        ended = by_id(client.charging_records(**asked))
        assert not under_way(ended) & under_way(running)
        platform.clear_journal()
        again = by_id(client.charging_records(**asked))
        assert len(requests(platform, PATH)) == len(under_way(again)) + 2
