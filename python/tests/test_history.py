"""Long histories of charging records: in windows, resumed, planned, watched; with both clients, against the sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support import FAST, requests
from terminal import Terminal

import tellus
from tellus.records import Choice

NOW = datetime.now(UTC)
START = NOW - timedelta(days=400)
PATH = "charging-records"


@pytest.fixture(scope="module")
def year() -> tellus.Sandbox:
    return tellus.Sandbox(query_per_minute=0, history_days=120, seed=3)


@pytest.fixture
def platform(year: tellus.Sandbox) -> tellus.Sandbox:
    year.clear_journal()
    return year


def lifted(sandbox: tellus.Sandbox) -> tellus.Client:
    return sandbox.client(query_per_minute=100_000)


async def test_a_long_span_is_read_in_windows(platform: tellus.Sandbox) -> None:
    with lifted(platform) as client:
        plain = {record.record_id: record for record in client.charging_records()}
        platform.clear_journal()
        records = client.charging_records(start=START)
        assert requests(platform) == []
        plan = records.plan()
        found = list(records)
        made = len(requests(platform, PATH))
        assert {record.record_id for record in found} == set(plain)
        assert len(found) == len(plain) == plan.records
        assert made - 1 == pytest.approx(plan.requests, rel=0.15)
        assert len({entry["query"].split("&page")[0] for entry in requests(platform, PATH)}) > 3
        # A second look costs nothing.
        assert records.to_arrow().num_rows == records.to_polars().height == len(records.to_pandas()) == len(found)
        assert len(requests(platform, PATH)) == made
    async with platform.async_client(query_per_minute=100_000) as client:
        plan = await client.plan(START)
        assert (plan.records, str(plan)) == (
            len(found),
            f"about {plan.requests} requests for about {len(found):,} records, 0 s by the limit on reads",
        )
        again = client.charging_records(start=START)
        assert [record async for record in again] == found
        assert (await again.to_polars()).height == len(found)


def test_several_chargers(platform: tellus.Sandbox) -> None:
    wanted = platform.device_ids[:3]
    with lifted(platform) as client:
        found = list(client.charging_records(start=START, devices=wanted))
        every = [record for record in client.charging_records() if record.device_id in wanted]
    assert sorted(record.record_id for record in found) == sorted(record.record_id for record in every)


def test_records_that_come_while_the_history_is_read() -> None:
    with tellus.Sandbox(query_per_minute=0, history_days=60, speed=1) as sandbox, lifted(sandbox) as client:
        found: list[tellus.ChargingRecord] = []
        for page in client.charging_records(start=START).pages():
            found += page
            if len(found) < 2000:
                sandbox.advance(1800)
        final = [record.record_id for record in client.charging_records()]
        ids = [record.record_id for record in found]
        assert len(ids) == len(set(ids))
        # What came in the last moments may be missing, nothing else.
        assert len(set(final) - set(ids)) <= 1


def test_an_interrupted_read_goes_on_where_it_stopped(platform: tellus.Sandbox) -> None:
    with lifted(platform) as client:
        records = client.charging_records(start=START)
        platform.inject("error", status=403, code=2003, path="/operator/charging-records", skip=12)
        with pytest.raises(tellus.PermissionDenied):
            records.to_arrow()
        before = len(requests(platform, PATH))
        assert before == 13
        platform.clear_faults()
        rows = records.to_arrow().num_rows
        made = len(requests(platform, PATH))
        fresh = client.charging_records(start=START)
        assert rows == len(list(fresh)) == fresh.plan().records
        # One failed; the others were not made twice.
        assert made - 1 == len(requests(platform, PATH)) - made


SCRIPT = """
import os, signal, sys
from datetime import datetime
import tellus

client = tellus.Client.from_env(query_per_minute=100_000)
records = client.charging_records(start=datetime.fromisoformat(sys.argv[1]), checkpoint=sys.argv[2])
for count, page in enumerate(records.pages()):
    if count == 7:
        os.kill(os.getpid(), signal.SIGINT if sys.argv[3] == "int" else signal.SIGKILL)
"""


@pytest.mark.parametrize("how", ["int", "kill"])
def test_a_checkpoint_outlives_its_process(platform: tellus.Sandbox, tmp_path: Path, how: str) -> None:
    file = tmp_path / "records"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, START.isoformat(), str(file), how],
        env=os.environ | platform.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "KeyboardInterrupt" in done.stderr if how == "int" else done.returncode == -9
    made = len(requests(platform, PATH))
    assert made >= 7
    with file.open("ab") as torn:
        torn.write(b'{"left": [')
    with lifted(platform) as client:
        records = client.charging_records(start=START, checkpoint=file)
        found = [record.record_id for record in records]
        resumed = len(requests(platform, PATH)) - made
        complete = [record.record_id for record in client.charging_records(start=START)]
        assert sorted(found) == sorted(complete)
        assert resumed < len(complete) / 100 * 1.2
        # All has been read; another day only the edge is looked at.
        platform.clear_journal()
        again = client.charging_records(start=START, checkpoint=file)
        assert sorted(record.record_id for record in again) == sorted(complete)
        assert 1 <= len(requests(platform, PATH)) <= 3
        with pytest.raises(tellus.InvalidRequest, match="is about other records") as raised:
            client.charging_records(start=START - timedelta(days=1), checkpoint=file)
        assert raised.value.details["field"] == "checkpoint"


def test_a_settled_checkpoint_needs_no_request(platform: tellus.Sandbox, tmp_path: Path) -> None:
    span: dict[str, Any] = {"start": START, "end": NOW - timedelta(days=50)}
    with lifted(platform) as client:
        first = list(client.charging_records(**span, checkpoint=tmp_path / "c"))
        of_all = len(requests(platform, PATH))
        platform.clear_journal()
        assert list(client.charging_records(**span, checkpoint=tmp_path / "c")) == first
        assert requests(platform) == []
        longer: dict[str, Any] = {"start": START, "end": NOW - timedelta(days=45)}
        more = list(client.charging_records(**longer, checkpoint=tmp_path / "c"))
        assert 2 <= len(requests(platform, PATH)) < of_all / 2
        assert sorted(r.record_id for r in more) == sorted(r.record_id for r in client.charging_records(**longer))
        with pytest.raises(tellus.InvalidRequest, match="end: the checkpoint goes as far as"):
            client.charging_records(**span, checkpoint=tmp_path / "c")


def test_the_limit_is_kept_and_told(tmp_path: Path) -> None:
    with (
        tellus.Sandbox(query_per_minute=20, history_days=120) as sandbox,
        sandbox.client(query_per_minute=20) as client,
    ):
        plan = client.plan(START)
        assert plan.requests > 30
        assert plan.seconds == pytest.approx((plan.requests - 19) / 20 * 60)
        assert "min" in str(plan)


def test_a_bar_where_somebody_looks(platform: tellus.Sandbox) -> None:
    script = (
        "import tellus, datetime\n"
        "with tellus.Client.from_env(query_per_minute=100000) as client:\n"
        f"    start = datetime.datetime.fromisoformat('{START.isoformat()}')\n"
        "    print(client.charging_records(start=start).to_arrow().num_rows)\n"
    )
    environment = os.environ | platform.environment
    with Terminal(sys.executable, "-c", script, environment=environment) as terminal:
        terminal.until("records, ")
        terminal.until("s left")
        assert terminal.end() == 0
    assert "charging records" in terminal.shown
    assert "100 %" in terminal.shown
    # Not in a pipe.
    assert (
        subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True).stderr == b""
    )


def test_a_bar_on_demand_and_none_where_it_is_not_wanted(
    platform: tellus.Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with lifted(platform) as client:
        list(client.charging_records(start=START, progress=True))
        assert "requests, " in capsys.readouterr().err
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        list(client.charging_records(start=START, progress=False))
        assert capsys.readouterr().err == ""
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
        list(client.charging_records(start=START))
        with pytest.raises(ImportError, match=r"tellus-sdk\[progress\]"):
            list(client.charging_records(start=START, progress=True))


async def test_naive_times_are_refused_by_name(client: tellus.Client, async_client: tellus.AsyncClient) -> None:
    naive = datetime(2026, 1, 1)
    with pytest.raises(tellus.InvalidRequest, match="start: has no time zone"):
        client.plan(naive)
    with pytest.raises(tellus.InvalidRequest, match="end: has no time zone"):
        await async_client.plan(NOW, naive)


def test_any_zone_will_do(platform: tellus.Sandbox) -> None:
    with lifted(platform) as client:
        for zone in ("Europe/London", "Asia/Kathmandu", "America/St_Johns"):
            there = START.astimezone(ZoneInfo(zone))
            assert len(list(client.charging_records(start=there))) == client.plan(START).records


def test_what_cannot_be_is_refused(client: tellus.Client, tmp_path: Path) -> None:
    cases: dict[str, Choice] = {
        "devices": {"devices": []},
        "late": {"late": -1},
        "checkpoint": {"checkpoint": tmp_path / "c"},
    }
    for field, choice in cases.items():
        with pytest.raises(tellus.InvalidRequest) as raised:
            client.charging_records(**choice)
        assert raised.value.details["field"] == field
    with pytest.raises(tellus.InvalidRequest, match="not both"):
        client.charging_records("dvc_1", devices=["dvc_2"])


def test_looking_at_a_list_in_a_notebook_fetches_nothing(platform: tellus.Sandbox) -> None:
    with lifted(platform) as client:
        assert client.charging_records(start=START)._repr_html_() == "&lt;ChargingRecords 0 read, more to come&gt;"
        assert requests(platform) == []


async def test_energy_over_years_is_asked_for_in_pieces(platform: tellus.Sandbox) -> None:
    start = NOW - timedelta(days=900)
    with lifted(platform) as client:
        series = client.energy("hour", start, NOW)
        assert len(requests(platform, "energy")) == 3
        days = client.energy("day", start, NOW)
    async with platform.async_client(**FAST) as other:
        assert (await other.energy("hour", start, NOW)).points == series.points
    labels = [point.time for point in series.points]
    assert len(labels) == len(set(labels)) >= 900 * 24
    assert labels == sorted(labels, key=str)
    assert series.total is not None
    assert days.total is not None
    assert series.total.charge_energy == pytest.approx(days.total.charge_energy, abs=0.1)
    assert series.start_time == days.start_time
    assert series.end_time == days.end_time
